//! `event-store types`

use clap::Args;
use serde_json::json;

use super::Asked;
use super::failure::Failure;

/// List the types of the streams that there are
#[derive(Debug, Args)]
pub(crate) struct Types {
    #[command(flatten)]
    asked: Asked,
}

impl Types {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        for stream_type in client.stream_types().await? {
            output.write(&json!({"streamType": stream_type}), |_| stream_type.to_string())?;
        }
        output.flush()
    }
}
