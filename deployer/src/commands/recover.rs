//! `deployer recover`.

use cfn_deploy::stack::Move;
use cfn_deploy::stack::guard::Acceptance;
use cfn_deploy::{RecoverError, Recovery, Standing, recover, standing};
use clap::Args;

use super::connection::Connection;
use super::deployment::wanted;
use super::error::CommandError;
use super::format::FormatArgs;
use super::stack_template::StackTemplate;
use crate::settings::Settings;
use crate::ui::{Chosen, Ui};

/// Recover a stack that cannot be updated
///
/// Tells the state, since when and by whom, what it means, the possible moves and what each loses; then does the one that is chosen, by
/// `--move` or in the terminal. A stack that stands needs none. A move that would take the events table with it is refused unless that
/// is accepted by name.
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// The move: wait, cancel, continue, skip, rollback, delete, retain or force
    #[arg(long = "move", value_name = "NAME")]
    way: Option<Move>,

    /// Undo the update without this resource, by its name in the template; may be repeated [default of `skip`: all that could not be undone]
    #[arg(long, value_name = "RESOURCE", conflicts_with = "retain")]
    skip: Vec<String>,

    /// Delete the stack and leave this resource behind, by its name in the template; may be repeated [default of `retain`: all that could not be deleted]
    #[arg(long, value_name = "RESOURCE")]
    retain: Vec<String>,

    /// Accept a move that would cost events, by the name in its refusal; may be repeated
    #[arg(long, value_name = "VERB:RESOURCE")]
    accept: Vec<Acceptance>,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

impl RecoverArgs {
    /// The move that the command line chooses. Naming a resource to leave chooses the move that leaves it.
    fn chosen(&self) -> Option<Move> {
        let named = if !self.skip.is_empty() {
            Some(Move::Skip)
        } else if !self.retain.is_empty() {
            Some(Move::Retain)
        } else {
            None
        };
        self.way.or(named)
    }

    /// The resources that a move leaves as they are.
    fn leave(&self, way: Move, standing: &Standing) -> Vec<String> {
        let named = match way {
            Move::Skip => &self.skip,
            Move::Retain => &self.retain,
            Move::Force => return standing.failed.clone(),
            _ => return Vec::new(),
        };
        if named.is_empty() {
            standing.failed.clone()
        } else {
            named.clone()
        }
    }
}

pub(super) async fn run(args: &RecoverArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let rendered = StackTemplate::parse(settings, ui)?.render_without_rules(&[])?;
    let template = wanted(rendered.json().to_owned())?;
    let cloud = Connection::reach(settings, ui).await?;
    let explain = cloud.hints();
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let stack = environment.stack.to_string();
    let found = standing(&session, &stack, |failure| explain.diagnosis(failure));
    let found = cloud
        .unless_interrupted(found)
        .await?
        .map_err(|error| explain.recover(error.into()))?;
    match &found {
        Some(found) => ui.standing(found),
        None => ui.nothing_to_recover(&stack),
    }
    cloud.tell_unfinished(&session).await;
    let Some(found) = found else {
        return Ok(());
    };
    if found.status.is_healthy() {
        return Ok(());
    }
    let way = match args.chosen() {
        Some(way) => way,
        None => choose(&cloud, ui, &found).await?,
    };
    let recovery = Recovery {
        leave: args.leave(way, &found),
        stack: stack.clone(),
        way,
        template,
        protected: environment.protected,
        execution_role: environment.execution_role.as_ref().map(ToString::to_string),
        accepted: args.accept.iter().cloned().collect(),
    };
    let status = recover(&mut session, &recovery)
        .await
        .map_err(|error| explain.recover(error))?;
    ui.recovered(&recovery, &status);
    Ok(())
}

/// Asks for a move, if a user is there.
async fn choose(cloud: &Connection<'_>, ui: &Ui, found: &Standing) -> Result<Move, CommandError> {
    let possible: Vec<Move> = found
        .situation
        .moves
        .iter()
        .map(|possible| possible.way)
        .collect();
    let (stack, status) = (found.stack.clone(), found.status.clone());
    let error = if possible.is_empty() {
        RecoverError::NoMove { stack, status }
    } else {
        match cloud.unless_interrupted(ui.choose(&possible)).await? {
            Chosen::Move(way) => return Ok(way),
            Chosen::None => RecoverError::Declined { stack },
            Chosen::NobodyToAsk => RecoverError::NeedsChoice {
                stack,
                status,
                possible,
            },
        }
    };
    Err(cloud.hints().recover(error))
}
