//! `event-store serve`, the store in one process: started, used, killed and started again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clients;
mod command_line;
mod damage;
mod data_folder;
mod following;
mod kills;
mod manual;
mod notifications;
mod process;
mod random_damage;
mod serving;
mod topic;
