//! `deployer down`.

use cfn_deploy::shell;
use cfn_deploy::stack::guard::Acceptance;
use cfn_deploy::{DestroyError, Destruction, Purge, destroy};
use clap::Args;

use super::connection::Connection;
use super::deployment::wanted;
use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use super::hints::Hints;
use super::stack_template::StackTemplate;
use crate::settings::Settings;
use crate::ui::{Approval, Ui};

/// Delete the stack, and say what stays
///
/// Lists what is deleted and what stays, and asks first. The events table stays unless `--purge` is given; the next
/// `up` imports it. Artifacts stay, too.
#[derive(Args, Debug)]
pub struct DownArgs {
    /// Delete without asking; data still needs `--confirm`
    #[arg(long, short)]
    yes: bool,

    /// Also delete the tables that would stay, with all their data
    #[arg(long)]
    purge: bool,

    /// Confirm the loss of data with the stack's name, where nobody can be asked
    #[arg(long, value_name = "STACK", requires = "purge")]
    confirm: Option<String>,

    /// Wait while another operation holds the stack, instead of refusing to begin
    #[arg(long)]
    wait_for_lock: bool,

    /// Accept a deletion that is otherwise refused, by the name in its refusal: of a stack of another environment, or
    /// in an unknown state; may be repeated
    #[arg(long, value_name = "VERB:NAME")]
    accept: Vec<Acceptance>,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

/// The name that was given to confirm a purge is that of another stack.
#[derive(Debug, thiserror::Error)]
#[error("`--confirm {given}` does not match the stack `{stack}`")]
struct OtherStack {
    given: String,
    stack: String,
}

pub(super) async fn run(args: &DownArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let stack = environment.stack.to_string();
    if let Some(given) = args.confirm.clone().filter(|given| *given != stack) {
        let hint = format!(
            "to delete its data, say `--purge --confirm {}`",
            shell::quoted(&stack)
        );
        return Err(CommandError::new(ErrorKind::Usage, OtherStack { given, stack }).hint(hint));
    }
    ui.approve(Approval {
        yes: args.yes,
        purge: args.confirm.is_some(),
    });
    if environment.protected {
        return Err(Hints::of(environment).destroy(DestroyError::Protected { stack }));
    }
    let template = StackTemplate::parse(settings, ui)?;
    let rendered = template.render_without_rules(&[])?;
    let bucket = template.bucket()?.name;

    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    if args.wait_for_lock {
        session.wait_for_others();
    }
    let destruction = Destruction {
        accepted: args.accept.iter().cloned().collect(),
        stack,
        template: wanted(rendered.json().to_owned())?,
        protected: environment.protected,
        execution_role: environment.execution_role.as_ref().map(ToString::to_string),
        bucket,
        purge: if args.purge {
            Purge::DeleteTables
        } else {
            Purge::KeepTables
        },
    };
    let destroyed = destroy(&mut session, &destruction)
        .await
        .map_err(|error| cloud.hints().destroy(error))?;
    ui.destroyed(&destruction.stack, &destroyed, &cloud.hints().command("up"));
    Ok(())
}
