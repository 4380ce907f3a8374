//! Deploys Rust Lambda stacks with CloudFormation.

pub mod artifact;
pub mod aws;
pub mod checkout;
pub mod cli;
pub mod commands;
pub mod environment;
pub mod policy;
pub mod private_file;
pub mod process_env;
pub mod proxy;
pub mod settings;
pub mod text_file;
pub mod ui;
pub mod verb_aliases;
pub mod workspace;
