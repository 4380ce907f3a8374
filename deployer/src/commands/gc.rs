//! `deployer gc`.

use cfn_deploy::{GarbageCollection, collect_garbage};
use clap::Args;
use jiff::SignedDuration;

use super::connection::Connection;
use super::error::CommandError;
use super::format::FormatArgs;
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// Delete artifacts from the bucket that nothing refers to
///
/// Kept is what the newest releases of each stack were made of, what is in the template of any stack in this account and region, and
/// the code of every function and version there. Where any of that cannot be read, nothing is deleted: it is for whoever may see the
/// whole account, which the policy for CI does not allow. Records of releases stay.
#[derive(Args, Debug)]
pub struct GcArgs {
    /// How many releases of each stack keep their artifacts
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    keep: usize,

    /// Delete only what was stored longer ago than this: a younger artifact may belong to a plan or to a deployment
    /// in progress
    #[arg(long, default_value = "24h", value_name = "DURATION")]
    min_age: SignedDuration,

    /// List what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,

    /// Delete without asking
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(args: &GcArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    ui.approve(Approval {
        yes: args.yes,
        ..Approval::default()
    });
    let collection = GarbageCollection {
        bucket: settings.environment.artifact_bucket(),
        keep: args.keep,
        young_for: args.min_age,
        dry_run: args.dry_run,
    };
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    cloud.tell_unfinished(&session).await;
    let collected = collect_garbage(&mut session, &collection)
        .await
        .map_err(|error| cloud.hints().gc(error))?;
    ui.collected(&collection.bucket, &collected);
    Ok(())
}
