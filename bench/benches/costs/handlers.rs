//! The cost of operations within a process, which only that process can measure.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::Result;

/// Runs `event-store-handlers`, and returns the table that it prints.
pub(crate) async fn measure(handlers: &Path) -> Result<String> {
    let run = Command::new(handlers)
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?
        .wait_with_output()
        .await?;
    let table = String::from_utf8_lossy(&run.stderr).into_owned();
    if run.status.success() {
        Ok(table)
    } else {
        Err(format!("event-store-handlers: {}: {table}", run.status).into())
    }
}
