//! Deploys Rust Lambda stacks with CloudFormation.

pub mod artifact;
pub mod aws;
pub mod checkout;
pub mod cli;
pub mod commands;
pub mod environment;
pub mod foreign_words;
pub mod policy;
pub mod private_file;
pub mod proxy;
pub mod settings;
pub mod surroundings;
pub mod text_file;
pub mod ui;
pub mod workspace;
