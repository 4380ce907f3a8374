//! PURE: a template, from YAML to its rendering.
