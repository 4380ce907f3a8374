//! Artifacts: built with cargo-lambda, made reproducible, named by their content.
