//! `deployer reconcile`.

use cfn_deploy::reconcile;
use clap::Args;
use jiff::Timestamp;

use super::connection::Connection;
use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use super::moment::Moment;
use super::stack_template::StackTemplate;
use crate::settings::Settings;
use crate::ui::Ui;

/// Complete the listing of streams and the feed, from the events
///
/// The function that the template names under `Metadata.Deployer.Reconcile` goes over the events table, brings the listing forward,
/// adds to the feed what it lacks and, with `--notify-since`, announces events again. It may run beside live traffic, and be interrupted and begun again at any time.
/// `up` does this by itself after it has imported a table, or added one to a stack.
#[derive(Args, Debug)]
pub struct ReconcileArgs {
    /// Announce the events since then again: how long ago, such as `10m`, `2h` or `3d`, or a time such as `2026-11-23T10:00:00Z`
    #[arg(long, value_name = "TIME")]
    notify_since: Option<Moment>,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

/// The template names no function that reconciles.
#[derive(Debug, thiserror::Error)]
#[error("`{template}` names no function that reconciles")]
struct NoReconciler {
    template: String,
}

/// That the template does not say what reconciles.
pub(super) fn no_reconciler(settings: &Settings) -> CommandError {
    let template = settings.template_name.clone();
    CommandError::new(ErrorKind::Usage, NoReconciler { template })
}

pub(super) async fn run(args: &ReconcileArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let template = StackTemplate::parse(settings, ui)?;
    let reconciler = template.reconciler().ok_or_else(|| {
        no_reconciler(settings)
            .hint("event stores alone are made complete so: what follows one is told again by `deployer reconcile --notify-since TIME --env STORE`, with the store's environment")
            .hint("where a function of this template does it, name its alias under `Metadata.Deployer.Reconcile`")
    })?;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let stack = settings.environment.stack.as_str();
    cloud.tell_unfinished(&session).await;
    let since = args.notify_since.map(|moment| moment.before(Timestamp::now()));
    let done = cloud
        .unless_interrupted(reconcile(&mut session, stack, reconciler, since))
        .await?
        .map_err(|error| cloud.hints().reconcile(error))?;
    ui.reconciled(stack, &done);
    Ok(())
}
