//! The commands that are killed, each with what stands before it.

use jiff::SignedDuration;

use crate::fake::World;
use crate::stack::plan::Plan;
use crate::stack::{
    Action, Move, ReleaseChoice, Replacement, ResourceChange, StackPolicy, StackStatus, sha256_base64,
    sha256_hex,
};
use crate::tests::completing::{add_feed, leave_feed_table};
use crate::tests::drilling::{RestoredStore, drilled};
use crate::tests::planning::{Patience, applied_with, planned};
use crate::tests::recovery::recovery;
use crate::tests::releases::called;
use crate::tests::smoking::{TOPIC, TriedStore};
use crate::tests::*;
use crate::{BoxError, OutputNames, Raised, SmokeTarget, Stores, Tried, UpError, recover, smoke, up};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Create,
    Change,
    ChangeTags,
    ChangeThatFails,
    Nothing,
    Protect,
    BringBack,
    ChangeAfterPush,
    RollbackAfterPush,
    ApplyAfterPush,
    Replace,
    ReplaceUnderAnothersPolicy,
    Import,
    AddTable,
    ImportIntoStack,
    Rollback,
    RollbackTo,
    TryWorking,
    TryBroken,
    TryBrokenFirst,
    Smoke,
    Push,
    CollectGarbage,
    Down,
    Purge,
    PurgeTables,
    DownWithLogGroups,
    Recover,
    Apply,
    Drill,
}

/// A scene, and what a command needs besides.
pub(super) struct Set {
    pub(super) scene: Scene,
    plan: Option<Plan>,
}

impl Command {
    /// What stands before the command. It is the same each time.
    pub(super) async fn set(self) -> Set {
        let mut scene = Scene::new();
        scene.cloud.with(|world| world.hashes_code = true);
        scene.deployment = deployment(&store());
        code(&mut scene, 0, "api");
        code(&mut scene, 1, "relay");
        scene.deployment.protected = self == Self::Replace;
        if !matches!(self, Self::Create | Self::TryBrokenFirst) {
            Box::pin(raise(&mut scene)).await.unwrap();
        }
        let mut set = Set { scene, plan: None };
        Box::pin(self.prepare(&mut set)).await;
        set.scene.cloud.pass(60);
        set.scene.forget();
        set
    }

    async fn prepare(self, set: &mut Set) {
        let scene = &mut set.scene;
        match self {
            Self::Change | Self::TryWorking => called(scene, "two"),
            Self::ChangeTags => drop(scene.deployment.tags.insert("service".into(), "orders".into())),
            Self::ChangeThatFails => {
                called(scene, "two");
                scene.cloud.fail_resource("Topic", "no");
            }
            Self::Protect => scene.deployment.protected = true,
            Self::BringBack => scene.cloud.with(push_past),
            Self::ChangeAfterPush => {
                published_anew(scene, "two");
                scene.cloud.with(push_past);
            }
            Self::RollbackAfterPush => {
                published_anew(scene, "two");
                raise(scene).await.unwrap();
                scene.cloud.with(push_past);
            }
            Self::Replace => replaces_topic(scene),
            Self::ReplaceUnderAnothersPolicy => {
                replaces_topic(scene);
                scene.cloud.with(|world| {
                    let stack = world.stack_mut("orders");
                    let template = serde_json::from_str(&stack.template).unwrap();
                    let policy = StackPolicy::protecting(&template, &std::collections::BTreeSet::new());
                    stack.policy = Some(policy.as_str().to_owned());
                });
            }
            Self::Import => {
                scene.down(Purge::KeepTables).await.unwrap();
                scene.cloud.with(|world| {
                    world
                        .tables
                        .get_mut("orders-events")
                        .unwrap()
                        .point_in_time_recovery = false;
                });
                let done = r#"{"reconcile":{"commits":5,"streams":2}}"#;
                scene.cloud.answer_invocations([done; 4]);
            }
            Self::AddTable | Self::ImportIntoStack => {
                if self == Self::ImportIntoStack {
                    leave_feed_table(scene).await;
                }
                add_feed(scene);
                let done = r#"{"reconcile":{"commits":5,"streams":2,"fed":5}}"#;
                scene.cloud.answer_invocations([done; 4]);
            }
            Self::Rollback | Self::RollbackTo | Self::CollectGarbage => {
                for name in ["two", "three"] {
                    called(scene, name);
                    code(scene, 0, name);
                    raise(scene).await.unwrap();
                }
                scene
                    .cloud
                    .with(|world| world.now += SignedDuration::from_hours(48));
            }
            Self::TryBroken | Self::TryBrokenFirst => called(scene, "broken"),
            Self::Push => {
                code(scene, 0, "api two");
                code(scene, 1, "relay two");
            }
            Self::PurgeTables => drop(scene.down(Purge::KeepTables).await.unwrap()),
            Self::DownWithLogGroups => scene.cloud.recreate_log_group("/event-store/orders/api", 1),
            Self::Recover => scene
                .cloud
                .set_status("orders", StackStatus::UpdateRollbackFailed),
            Self::Apply => {
                called(scene, "two");
                set.plan = Some(planned(scene).await.unwrap());
            }
            Self::ApplyAfterPush => {
                scene.cloud.with(push_past);
                published_anew(scene, "two");
                set.plan = Some(planned(scene).await.unwrap());
            }
            Self::Drill => {
                let done = r#"{"reconcile":{"commits":5,"streams":2}}"#;
                scene.cloud.answer_invocations([done; 4]);
            }
            Self::Create | Self::Nothing | Self::Smoke | Self::Down | Self::Purge => {}
        }
    }

    /// Whether to run it again after it has come to its end is to ask for something else.
    pub(super) fn is_another_request(self) -> bool {
        matches!(self, Self::Rollback | Self::RollbackAfterPush | Self::TryBroken)
    }

    /// Runs it. Who waits, waits for whatever is going on.
    pub(super) async fn run(self, set: &mut Set, waits: bool) -> Result<(), String> {
        let Set { scene, plan } = set;
        match self {
            Self::Smoke => text(try_alone(scene).await),
            Self::Drill => text(Box::pin(drilled(scene, None, &RestoredStore::default())).await),
            Self::Push => {
                let deployment = scene.deployment.clone();
                let mut session = open(scene, waits).await;
                text(push(&mut session, &deployment).await)
            }
            Self::CollectGarbage => {
                let collection = GarbageCollection {
                    bucket: BUCKET.into(),
                    keep: 1,
                    young_for: SignedDuration::from_hours(24),
                    dry_run: false,
                };
                let mut session = open(scene, waits).await;
                text(collect_garbage(&mut session, &collection).await)
            }
            Self::Rollback | Self::RollbackTo | Self::RollbackAfterPush => {
                let to = (self == Self::RollbackTo).then(|| ReleaseChoice::At(first_release(scene)));
                let asked = Rollback {
                    to,
                    deployment: scene.deployment.clone(),
                };
                let mut session = open(scene, waits).await;
                text(rollback(&mut session, &asked).await)
            }
            Self::Down | Self::DownWithLogGroups | Self::Purge | Self::PurgeTables => {
                let purge = if matches!(self, Self::Purge | Self::PurgeTables) {
                    Purge::DeleteTables
                } else {
                    Purge::KeepTables
                };
                let destruction = scene.destruction(purge);
                let mut session = open(scene, waits).await;
                text(destroy(&mut session, &destruction).await)
            }
            Self::Recover => {
                let mut session = open(scene, waits).await;
                text(recover(&mut session, &recovery(Move::Continue)).await)
            }
            Self::Apply | Self::ApplyAfterPush => {
                let patience = if waits {
                    Patience::ForOthers
                } else {
                    Patience::None
                };
                let plan = plan.as_ref().unwrap();
                text(applied_with(scene, plan, patience).await)
            }
            _ => {
                scene.deployment.sequel.trial =
                    matches!(self, Self::TryWorking | Self::TryBroken | Self::TryBrokenFirst);
                let deployment = scene.deployment.clone();
                let mut session = open(scene, waits).await;
                let stores = FakeStores { cloud: session.cloud };
                came_to(up(&mut session, &deployment, None, &stores).await)
            }
        }
    }

    /// Whether it came to its end as it should; a recovery that is over cannot be begun again, and says so.
    pub(super) fn outcome(self, outcome: &Result<(), String>) -> String {
        match outcome {
            _ if self == Self::Recover => "whatever is said\n".to_owned(),
            Ok(()) => "well\n".to_owned(),
            Err(_) => "not well\n".to_owned(),
        }
    }
}

async fn open(scene: &mut Scene, waits: bool) -> Session<'_, FakeCloud> {
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    if waits {
        session.wait_for_others();
    }
    session
}

fn text<R, E: std::fmt::Display>(outcome: Result<R, E>) -> Result<(), String> {
    outcome.map(drop).map_err(|error| error.to_string())
}

fn came_to(raised: Result<Raised, UpError>) -> Result<(), String> {
    let raised = raised.map_err(|error| error.error.to_string())?;
    if let Some(Err(error)) = raised.reconciled {
        return Err(error.to_string());
    }
    match raised.tried {
        None | Some(Tried::Works) => Ok(()),
        Some(Tried::NotTried(error) | Tried::Fails { error, .. }) => Err(error.to_string()),
    }
}

/// A template of a store with a topic.
fn store() -> Value {
    let mut template = template();
    template["Resources"]["Url"] = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE"}});
    template["Outputs"]["EsSnsTopic"] = json!({"Value": TOPIC});
    template
}

/// Gives a function code that is named by its content.
fn code(scene: &mut Scene, function: usize, content: &str) {
    let name = ["Api", "Relay"][function];
    let key = format!("code/{name}/arm64/{}.zip", sha256_hex(content));
    scene.deployment.artifacts[function] = CodeArtifact {
        key: key.clone(),
        body: Some(content.into()),
        code_sha256: sha256_base64(content),
    };
    scene.change(|template| {
        template["Resources"][name]["Properties"]["Code"]["S3Key"] = json!(key);
        template["Resources"][format!("{name}Version")]["Properties"]["Description"] = json!(content);
    });
}

async fn raise(scene: &mut Scene) -> Result<(), String> {
    scene.deployment.sequel.reconciler = Some("RelayLive".into());
    text(scene.up().await)
}

/// Has the API's version made anew, as a changed setting of the function does, with the code left as it is.
fn published_anew(scene: &mut Scene, revision: &str) {
    scene.change(|template| {
        template["Resources"]["Api"]["Properties"]["MemorySize"] = json!(revision);
        template["Resources"]["ApiVersion"]["Properties"]["Description"] = json!(revision);
    });
}

/// Somebody leads the API to code that no stack knows of.
fn push_past(world: &mut World) {
    let api = world.functions.get_mut("orders-Api").unwrap();
    api.versions.push("pushed".into());
    api.code_sha256 = "pushed".into();
    api.aliases.insert("live".into(), api.versions.len().to_string());
}

/// CloudFormation would replace the topic, and that is accepted.
fn replaces_topic(scene: &mut Scene) {
    called(scene, "two");
    scene.cloud.tell_change(ResourceChange {
        logical_id: "Topic".into(),
        physical_id: None,
        resource_type: "AWS::SNS::Topic".into(),
        action: Action::Modify,
        replacement: Replacement::Always,
        policy_action: Some("ReplaceAndDelete".into()),
        causes: Vec::new(),
    });
    scene.deployment.accepted = ["replace:Topic".parse().unwrap()].into_iter().collect();
}

fn first_release(scene: &Scene) -> jiff::Timestamp {
    scene.cloud.with(|world| {
        let mut keys = world
            .objects
            .keys()
            .filter_map(|key| crate::stack::ArtifactKey::parse(key));
        let first = keys.find_map(|key| match key {
            crate::stack::ArtifactKey::Release { id, .. } => Some(id.time()),
            _ => None,
        });
        first.unwrap()
    })
}

async fn try_alone(scene: &mut Scene) -> Result<(), String> {
    let stores = FakeStores { cloud: &scene.cloud };
    let mut session = Session::open(
        &scene.cloud,
        &mut scene.reporter,
        scene.interrupt.clone(),
        ACCOUNT,
    )
    .await
    .unwrap();
    let target = SmokeTarget::find(&session, "orders", stores.outputs())
        .await
        .map_err(|error| error.to_string())?;
    let store = stores.at(&target).unwrap();
    text(smoke(&mut session, &target, &store, None).await)
}

/// Stores that work unless the topic is called `broken`.
pub(in crate::tests) struct FakeStores<'a> {
    pub(in crate::tests) cloud: &'a FakeCloud,
}

impl<'a> Stores for FakeStores<'a> {
    type Store = TriedStore<'a>;

    fn outputs(&self) -> OutputNames {
        OutputNames {
            url: "EsUrl",
            topic: "EsSnsTopic",
        }
    }

    fn at(&self, _: &SmokeTarget) -> Result<TriedStore<'a>, BoxError> {
        let is_broken = self
            .cloud
            .with(|world| world.stack_mut("orders").template.contains("broken"));
        let mut store = TriedStore::of(self.cloud);
        if is_broken {
            store.is_broken_for(1_000_000);
        }
        Ok(store)
    }
}
