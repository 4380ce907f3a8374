//! `deployer push`.

use cfn_deploy::stack::guard::Accepted;
use cfn_deploy::{PushError, push};
use clap::Args;

use super::code::CodeArgs;
use super::connection::Connection;
use super::deployment::deployment;
use super::error::CommandError;
use super::format::FormatArgs;
use super::hints::Hints;
use super::stack_template::StackTemplate;
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::Ui;

/// Run new code past CloudFormation, to try something out
///
/// Builds the functions; each whose code is another gets a new version, and its alias leads there. Nothing else of the stack
/// changes, and the next `up` puts it right. A protected environment is refused.
#[derive(Args, Debug)]
pub struct PushArgs {
    /// Where the functions' code comes from.
    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(
    args: &PushArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let explain = Hints::of(environment);
    if environment.protected {
        let stack = environment.stack.to_string();
        return Err(explain.push(PushError::Protected { stack }));
    }
    let template = StackTemplate::parse(settings, ui)?;
    // Configuration mistakes are reported before anything is built or AWS is called.
    template.render_without_rules(&[])?;
    let bucket = template.bucket()?;
    let code = args.code.find(&template, settings)?;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let artifacts = code.get(&template, settings, process_env, &cloud, ui).await?;
    let rendered = template.render_without_rules(&artifacts)?;
    let deployment = deployment(
        environment,
        (&rendered, template.value_sources()),
        artifacts,
        bucket,
        Accepted::default(),
    )?;
    let pushed = push(&mut session, &deployment)
        .await
        .map_err(|error| cloud.hints().push(error))?;
    ui.pushed(&deployment.stack, &pushed, &explain.command("up"));
    Ok(())
}
