//! The logs of a stack's functions.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{CallError, Cloud, Page};
use crate::stack::{LogGroupName, LogSource, log_sources};

use super::log_merge::{LogLine, LogMerge};
use super::session::Interrupted;
use super::traffic::{self, Resources};
use super::{ErrorKind, Session};

/// The polling interval for new lines.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Which lines to read.
#[derive(Clone, Debug)]
pub struct LogQuery {
    /// The stack's name.
    pub stack: String,
    /// The time to start from.
    pub since: Timestamp,
    /// The terms that a line must all contain.
    pub terms: Vec<String>,
    /// Whether to continue with new lines, without end.
    pub follow: bool,
}

/// Why no logs were read.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The stack has no functions, or its template cannot be read.
    #[error("stack `{stack}` has no functions with readable logs")]
    NoFunctions { stack: String },
    /// The user interrupted the command.
    #[error("interrupted")]
    Interrupted,
}

impl LogsError {
    /// The kind of the error, which decides the exit code.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Call(_) | Self::NoStack { .. } | Self::NoFunctions { .. } => ErrorKind::Failed,
        }
    }
}

impl From<Interrupted> for LogsError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// Reads the logs of a stack's functions in time order and passes them on, with the functions' logical ids, to which
/// the lines refer. Ends when the receiver wants no more, or when everything is read and `follow` is off.
///
/// # Errors
/// The stack does not exist, or has no functions.
pub async fn logs<C: Cloud>(
    session: &mut Session<'_, C>,
    query: &LogQuery,
    mut deliver: impl FnMut(&[String], &[LogLine]) -> ControlFlow<()>,
) -> Result<(), LogsError> {
    let groups = groups(session, &query.stack).await?;
    let names: Vec<String> = groups.iter().map(|(name, _)| name.clone()).collect();
    let mut merge = LogMerge::of(groups.len(), query.since);
    loop {
        let mut pages: Vec<Option<String>> = vec![None; groups.len()];
        while let Some(log) = merge.wants() {
            let page = read(
                session,
                query,
                &groups[log].1,
                merge.since(log),
                pages[log].as_deref(),
            )
            .await?;
            pages[log] = page.next;
            merge.take_in(log, page.items, pages[log].is_none());
            let lines = merge.ready();
            if !lines.is_empty() && deliver(&names, &lines).is_break() {
                return Ok(());
            }
        }
        if !query.follow {
            return Ok(());
        }
        session.pause(BETWEEN_LOOKS).await?;
        merge.read_again();
    }
}

/// A page of a log. AWS filters by one term only, so the other terms are checked here.
async fn read<C: Cloud>(
    session: &Session<'_, C>,
    query: &LogQuery,
    group: &str,
    since: Timestamp,
    page: Option<&str>,
) -> Result<Page<crate::cloud::LogEvent>, CallError> {
    let longest = query.terms.iter().max_by_key(|term| term.len());
    let read = session
        .cloud
        .log_events(group, since, longest.map(String::as_str), page)
        .await;
    match read {
        Ok(mut page) => {
            page.items
                .retain(|line| query.terms.iter().all(|term| line.message.contains(term)));
            Ok(page)
        }
        // If the template does not create the log group, the function's first line does.
        Err(error) if error.is_not_found() => Ok(Page {
            items: Vec::new(),
            next: None,
        }),
        Err(error) => Err(error),
    }
}

/// The functions' logical ids, each with its log group.
async fn groups<C: Cloud>(session: &Session<'_, C>, stack: &str) -> Result<Vec<(String, String)>, LogsError> {
    let found = session.cloud.describe_stack(stack).await?;
    let found = found.ok_or_else(|| LogsError::NoStack {
        stack: stack.to_owned(),
    })?;
    let template = session.cloud.original_template(&found.id).await?;
    let resources = traffic::resources(session.cloud, &found.id).await?;
    let groups: Vec<_> = log_sources(&template)
        .into_iter()
        .filter_map(|source| group(source, &resources))
        .collect();
    if groups.is_empty() {
        return Err(LogsError::NoFunctions {
            stack: stack.to_owned(),
        });
    }
    Ok(groups)
}

fn group(source: LogSource, resources: &Resources) -> Option<(String, String)> {
    let physical = |logical_id: &str| {
        let resource = resources.get(logical_id)?;
        (!resource.physical_id.is_empty()).then(|| resource.physical_id.clone())
    };
    let group = match &source.group {
        LogGroupName::Literal(name) => name.clone(),
        LogGroupName::Resource(logical_id) => physical(logical_id)?,
        LogGroupName::AfterFunction => format!("/aws/lambda/{}", physical(&source.function_id)?),
    };
    Some((source.function_id, group))
}
