//! `deployer drill`.

use cfn_deploy::{Drill, Refusal, SmokeTarget, Verified, Verifier, drill, find_source};
use clap::Args;
use event_store_client::Error as ClientError;
use event_store_integrity::{Counted, Seen, verify};
use jiff::Timestamp;

use super::connection::Connection;
use super::deployment::{deployment_of, wanted};
use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use super::moment::Moment;
use super::reconcile;
use super::smoke::{self, OUTPUTS};
use super::stack_template::StackTemplate;
use crate::environment::Environment;
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// Restore the events beside, verify them, and remove them again
///
/// Restores the events table by point in time into a table of its own, deploys the store on it as the instance `drill`, with the code that is
/// deployed, completes listing and feed, and reads all of it as `event-store verify` does. It tells how long each step took, and removes
/// everything again, also where a step fails and after Ctrl-C. The environment's own stack and tables are only read.
///
/// In AWS a restore takes twenty minutes and more, and is billed by the size of the table. An environment has one drill at a time; what one that
/// was killed has left, the next removes first.
#[derive(Args, Debug)]
pub struct DrillArgs {
    /// As of when the events are restored: how long ago, such as `10m`, `2h` or `3d`, or a time such as `2026-11-23T10:00:00Z`; without it, as late as they
    /// can be, which is some minutes ago
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,

    /// Begin without asking
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

/// The log of an instance goes with it, and has no recovery.
#[derive(Debug, thiserror::Error)]
#[error("an instance has no drill: its tables are deleted with it, and cannot be restored")]
struct OfInstance;

/// So many of the things that are wrong are told by name.
const EXAMPLES: usize = 8;

pub(super) async fn run(args: &DrillArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    ui.approve(Approval {
        yes: args.yes,
        ..Approval::default()
    });
    let environment = &settings.environment;
    if environment.instance.is_some() {
        return Err(CommandError::new(ErrorKind::Usage, OfInstance).hint("leave out `--instance`"));
    }
    let beside = environment.of_drill().map_err(|error| {
        CommandError::new(ErrorKind::Usage, error)
            .hint("a drill's stack is called as the environment's, and `-drill`")
    })?;
    let template = StackTemplate::parse(settings, ui)?;
    // What is wrong with the configuration is told before anything is asked of AWS.
    let sketch = template.render_with(&beside, &[])?;
    smoke::check_outputs(sketch.json(), settings)?;
    let reconciler = template
        .reconciler()
        .ok_or_else(|| reconcile::no_reconciler(settings))?;
    let own = template.render_without_rules(&[])?;
    let bucket = template.bucket()?;

    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let session = cloud.session(&mut reporter).await?;
    let stack = environment.stack.as_str();
    let found = find_source(&session, stack, own.json(), &bucket.name);
    let source = cloud.unless_interrupted(found).await?;
    let source = source.map_err(|error| cloud.hints().drill(error))?;

    let rendered = template.render_with(&beside, &source.code)?;
    let code = source.code.clone();
    let bucket_name = bucket.name.clone();
    let deployment = deployment_of(
        &beside,
        wanted(rendered.json().to_owned())?,
        code,
        bucket,
        std::iter::empty().collect(),
    );
    let at = args.at.map(|at| at.before(Timestamp::now()));
    let planned = Drill::new(source, at, deployment, reconciler, OUTPUTS);
    let planned = planned.map_err(|error| cloud.hints().drill(error))?;
    // From here on the session works for the drill's instance, and for nothing else.
    let mut session = session.of(beside.full_name(), bucket_name);
    let store = RestoredStore {
        cloud: &cloud,
        environment: &beside,
    };
    // On the heap: with the client in it, it would take much of the stack of whoever waits for it.
    let drilled = Box::pin(drill(&mut session, &planned, &store)).await;
    let drilled = drilled.map_err(|error| cloud.hints().drill(error))?;
    ui.drilled(stack, &drilled);
    Ok(())
}

/// The store of a drill, over HTTP.
struct RestoredStore<'a> {
    cloud: &'a Connection<'a>,
    environment: &'a Environment,
}

impl Verifier for RestoredStore<'_> {
    async fn verify(&self, target: &SmokeTarget) -> Result<Verified, Refusal> {
        let client = smoke::client(target, self.cloud.aws(), self.environment).map_err(Refusal::Wrong)?;
        let mut examples = Vec::new();
        let counted = verify(&client, |seen| {
            if let Seen::Wrong(wrong) = seen
                && examples.len() < EXAMPLES
            {
                examples.push(format!("{}: {}", wrong.stream, wrong.wrong));
            }
            Ok::<_, ClientError>(())
        });
        let Counted {
            streams,
            events,
            in_feed,
            wrong,
            ..
        } = counted.await.map_err(smoke::refusal)?;
        Ok(Verified {
            streams,
            events,
            in_feed,
            wrong,
            examples,
        })
    }
}
