//! The claims that are made of a deployed store: the conformance suite, and what only a deployment can show.

mod access;
mod announced;
mod consumed;
mod listed;

use std::time::Duration;

use event_store_client::{Client, RetryPolicy};
use futures::future::{BoxFuture, join_all};

use super::claim::{Made, make};
use super::error::Failed;
use super::queues::Queues;
use super::target::Target;
use crate::conformance::racing::{Race, exactly_one_writer_wins_each_revision};
use crate::{FilterScope, conformance, for_each_claim};

/// How long most claims may take. Cold starts, and an account with low concurrency, delay them.
const LIMIT: Duration = Duration::from_mins(5);

const WRITERS: usize = 32;
const REVISIONS: u64 = 20;

/// Tests all claims, some concurrently, and reports each as soon as its outcome is known.
pub(super) async fn all(
    target: &Target,
    queues: &Queues,
    in_flight: u16,
    tell: &impl Fn(&Made),
) -> Result<Vec<Made>, Failed> {
    let client = target.client()?;
    let mut all = Vec::new();
    let mut add = |made: Vec<Made>| {
        made.iter().for_each(tell);
        all.extend(made);
    };
    let healthy = target.described.healthy;
    add(vec![
        make("the stack and all that is in it is healthy", LIMIT, async {
            assert!(healthy, "`deployer describe` names what is not");
            Ok(String::new())
        })
        .await,
        access::made(target).await?,
        // First, because other claims wait for the relay: Lambda may take minutes to poll a new event source for the first time.
        listed::made(&client).await,
    ]);
    add(conformance_of(&client).await);
    add(vec![race(target, in_flight).await?]);
    let scopes = [FilterScope::Attributes, FilterScope::Body];
    add(join_all(scopes.map(|scope| announced::made(target, queues, scope))).await);
    add(consumed::made(target).await?);
    Ok(all)
}

/// The conformance suite, side by side.
async fn conformance_of(client: &Client) -> Vec<Made> {
    macro_rules! claims {
        ($($module:ident::$claim:ident,)*) => {
            [$((
                concat!(stringify!($module), ": ", stringify!($claim)),
                Box::pin(conformance::$module::$claim(client.clone())) as BoxFuture<'static, ()>,
            )),*]
        };
    }
    let claims = for_each_claim!(claims);
    let made = claims.map(|(name, claim)| {
        make(name.replace('_', " "), LIMIT, async {
            claim.await;
            Ok(String::new())
        })
    });
    join_all(made).await
}

async fn race(target: &Target, in_flight: u16) -> Result<Made, Failed> {
    // The race retries by itself, so that the client's retries hide no 500.
    let client = target.client_past(&target.witness, RetryPolicy::never())?;
    let race = Race {
        writers: WRITERS,
        revisions: REVISIONS,
        in_flight: in_flight.into(),
    };
    let claim = format!("of {WRITERS} writers exactly one wins each of {REVISIONS} revisions");
    let made = make(claim, 2 * LIMIT, async {
        exactly_one_writer_wins_each_revision(client, race).await;
        Ok(format!("{} appends", WRITERS as u64 * REVISIONS))
    });
    Ok(made.await)
}
