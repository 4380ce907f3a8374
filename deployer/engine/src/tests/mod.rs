//! The engine against the scripted cloud of `fake`. Each file is a chapter of what CloudFormation does.

mod adoption;
mod artifacts;
mod believed;
mod beside;
mod change_sets;
mod completing;
mod creation;
mod describing;
mod destruction;
mod differing;
mod doctoring;
mod drifting;
mod drilling;
mod event_log;
mod explaining;
mod following;
mod garbage;
mod guards;
mod interrupted;
mod interruption;
mod logging;
mod lost_answers;
mod ownership;
mod planning;
mod protection;
mod pushing;
mod reconciling;
mod recovery;
mod releases;
mod reserving;
mod returning;
mod shown;
mod smoking;
mod store;
mod unchanged;
mod way_back;

use futures::future::LocalBoxFuture;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::stack::OWNER_TAG;
use crate::stack::guard::Accepted;
use crate::stack::outline::{Outline, ValueSources};
use crate::stack::{Cause, Sequel, WantedTemplate};

use crate::fake::{ACCOUNT, BUCKET, FakeChangeSet, FakeCloud, code_sha256};

use super::{
    Answer, ArtifactBucket, Asking, CodeArtifact, Collected, Deletion, DeployError, Deployed, Deployment,
    DestroyError, Destroyed, Destruction, Diff, Event, GarbageCollection, GcError, History, Interrupt,
    Interrupter, KeptTable, LedgerError, LostMessages, Provenance, Purge, PushError, Pushed, Question,
    Reporter, Rollback, RollbackError, RolledBack, Session, Stopped, apply, collect_garbage, deploy, destroy,
    diff, history, interruptible, plan, push, rollback,
};

/// A cloud, somebody to talk with, and what is to be deployed.
struct Scene {
    cloud: FakeCloud,
    reporter: ScriptedReporter,
    interrupt: Interrupt,
    /// The environment that is worked for, if stacks are to say so.
    environment: Option<String>,
    deployment: Deployment,
}

/// Remembers what it was told and answers as it was told to.
struct ScriptedReporter {
    events: Vec<Event>,
    asked: Vec<String>,
    /// What was asked about, as it was laid out.
    outlines: Vec<Outline>,
    /// The messages that were last said to be lost.
    lost: Vec<LostMessages>,
    answer: Answer,
    answer_about_permissions: Answer,
    interrupter: Interrupter,
    /// Raises the interrupt when told of an event like this, or asked anything.
    interrupts_at: Option<fn(&Event) -> bool>,
    interrupts_when_asked: bool,
}

impl ScriptedReporter {
    fn with(interrupter: Interrupter) -> Self {
        Self {
            events: Vec::new(),
            asked: Vec::new(),
            outlines: Vec::new(),
            lost: Vec::new(),
            answer: Answer::Yes,
            answer_about_permissions: Answer::Yes,
            interrupter,
            interrupts_at: None,
            interrupts_when_asked: false,
        }
    }

    /// One that interrupts nobody.
    fn silent() -> Self {
        Self::with(interruptible().0)
    }
}

impl Reporter for ScriptedReporter {
    fn tell(&mut self, event: Event) {
        if self.interrupts_at.is_some_and(|at| at(&event)) {
            self.interrupter.raise();
        }
        self.events.push(event);
    }

    fn confirm<'a>(&'a mut self, question: Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(async move {
            let is_about_permissions = matches!(question, Question::Widen { .. });
            if let Question::Deploy { outline, .. } = question {
                self.outlines.push(outline.clone());
            }
            self.asked.push(match question {
                Question::Deploy { creates, changes, .. } => {
                    let changes = changes
                        .changes
                        .iter()
                        .map(|change| format!("{} {}", change.action, change.logical_id));
                    format!(
                        "{}: {}",
                        if creates { "create" } else { "update" },
                        changes.collect::<Vec<_>>().join(", ")
                    )
                }
                Question::Widen { widenings, .. } => {
                    let granted = widenings
                        .iter()
                        .map(|widening| format!("{}: {}", widening.logical_id, widening.grant));
                    format!("widen: {}", granted.collect::<Vec<_>>().join(", "))
                }
                Question::DeleteArtifacts { garbage, .. } => {
                    let keys = garbage.objects.iter().map(|object| object.key.as_str());
                    format!("delete: {}", keys.collect::<Vec<_>>().join(", "))
                }
                Question::Drill {
                    source,
                    stack,
                    table,
                    left,
                    ..
                } => format!(
                    "drill: {} ({}) into {table} of {stack}, after [{}]",
                    source.table,
                    source.items,
                    left.join(", ")
                ),
                Question::Destroy(Deletion {
                    goes,
                    stays,
                    purges,
                    lost,
                    ..
                }) => {
                    self.lost = lost.to_vec();
                    let names = |tables: &[KeptTable]| {
                        tables
                            .iter()
                            .map(|table| format!("{} ({})", table.name, table.items))
                            .collect::<Vec<_>>()
                            .join(", ")
                    };
                    format!(
                        "destroy: {} go; stays [{}]; purges [{}]",
                        goes.len(),
                        names(stays),
                        names(purges)
                    )
                }
            });
            if self.interrupts_when_asked {
                self.interrupter.raise();
                std::future::pending::<()>().await;
            }
            if is_about_permissions {
                self.answer_about_permissions
            } else {
                self.answer
            }
        })
    }
}

impl Scene {
    fn new() -> Self {
        let (interrupter, interrupt) = interruptible();
        Self {
            cloud: FakeCloud::new(),
            reporter: ScriptedReporter::with(interrupter),
            interrupt,
            environment: None,
            deployment: deployment(&template()),
        }
    }

    /// A scene in which the stack stands, and nothing has been said or called yet.
    async fn deployed() -> Self {
        Self::deployed_as(template()).await
    }

    async fn deployed_as(template: Value) -> Self {
        let mut scene = Self::new();
        scene.deployment = deployment(&template);
        let outcome = scene.up().await.unwrap();
        assert!(matches!(outcome, Deployed::Created(_)), "{outcome:?}");
        scene.forget();
        scene
    }

    fn forget(&mut self) {
        self.cloud.forget_calls();
        self.reporter.events.clear();
        self.reporter.asked.clear();
        self.reporter.outlines.clear();
    }

    /// Works for an environment from now on, as a command does.
    fn work_for(&mut self, environment: &str) {
        self.environment = Some(environment.to_owned());
        let tags = &mut self.deployment.tags;
        tags.insert(OWNER_TAG.to_owned(), environment.to_owned());
    }

    fn accept(&mut self, acceptance: &str) {
        self.deployment.accepted = std::iter::once(acceptance.parse().unwrap()).collect();
    }

    async fn session(&mut self) -> Session<'_, FakeCloud> {
        let opened = Session::open(&self.cloud, &mut self.reporter, self.interrupt.clone(), ACCOUNT);
        let session = opened.await.unwrap();
        match &self.environment {
            Some(environment) => session.of(environment.clone(), BUCKET.to_owned()),
            None => session,
        }
    }

    async fn up(&mut self) -> Result<Deployed, DeployError> {
        let deployment = self.deployment.clone();
        deploy(&mut self.session().await, &deployment).await
    }

    fn destruction(&self, purge: Purge) -> Destruction {
        Destruction {
            stack: self.deployment.stack.clone(),
            template: self.deployment.template.clone(),
            protected: self.deployment.protected,
            execution_role: None,
            bucket: BUCKET.into(),
            purge,
            accepted: self.deployment.accepted.clone(),
        }
    }

    async fn down(&mut self, purge: Purge) -> Result<Destroyed, DestroyError> {
        let destruction = self.destruction(purge);
        destroy(&mut self.session().await, &destruction).await
    }

    /// Asks for another template from now on.
    fn change(&mut self, change: impl FnOnce(&mut Value)) {
        let mut template = self.deployment.template.value().clone();
        change(&mut template);
        self.deployment.template = wanted(&template);
    }

    /// How often each resource was told to be in each state, as `Logical STATUS`.
    fn told_resources(&self) -> Vec<String> {
        let told = self.reporter.events.iter().filter_map(|event| match event {
            Event::Resource { event, .. } => Some(format!("{} {}", event.logical_id, event.status)),
            _ => None,
        });
        told.collect()
    }

    /// No change set and no shell is left.
    fn assert_nothing_is_left_behind(&self) {
        self.cloud.with(|world| {
            for stack in &world.stacks {
                assert_ne!(stack.status.as_str(), "REVIEW_IN_PROGRESS", "{}", stack.name);
                let names: Vec<_> = stack
                    .change_sets
                    .iter()
                    .map(|change_set| &change_set.name)
                    .collect();
                assert!(!stack.change_sets.iter().any(FakeChangeSet::is_left), "{names:?}");
            }
        });
    }
}

/// AWS, or whoever uploaded the template, writes the same with other spaces.
fn laid_out_anew(scene: &Scene) {
    scene.cloud.with(|world| {
        let template = &mut world.stack_mut("orders").template;
        let value: Value = serde_json::from_str(template).unwrap();
        *template = format!("{value:#}");
    });
}

fn wanted(template: &Value) -> WantedTemplate {
    WantedTemplate::read(template.to_string()).unwrap()
}

fn deployment(template: &Value) -> Deployment {
    let artifact = |key: &str, body: &str| CodeArtifact {
        key: key.into(),
        body: Some(body.into()),
        code_sha256: code_sha256(body.as_bytes()),
    };
    Deployment {
        stack: "orders".into(),
        template: wanted(template),
        tags: BTreeMap::from([("owner".into(), "platform".into())]),
        protected: false,
        watch_alarms_minutes: 0,
        execution_role: None,
        artifacts: vec![artifact("code/api.zip", "api code"), artifact("code/relay.zip", "relay code")],
        bucket: ArtifactBucket {
            name: BUCKET.into(),
            stack: "event-store-artifacts".into(),
            template: json!({"Resources": {"Bucket": {
                "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": BUCKET}}}})
            .to_string(),
        },
        accepted: Accepted::default(),
        value_sources: ValueSources::default(),
        provenance: Provenance {
            deployer: "0.1.0".into(),
            ..Provenance::default()
        },
        sequel: Sequel::default(),
        cause: Cause::default(),
    }
}

fn template() -> Value {
    json!({
        "Resources": {
            "Api": function("code/api.zip"),
            "ApiVersion": version("Api"),
            "ApiLive": alias("Api"),
            "Relay": function("code/relay.zip"),
            "RelayVersion": version("Relay"),
            "RelayLive": alias("Relay"),
            "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {}},
            "Events": {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "TableName": "orders-events",
                    "AttributeDefinitions": [
                        {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
                    "KeySchema": [
                        {"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
                    "Tags": [{"Key": "log", "Value": "of record"}],
                },
            },
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/event-store/orders/api"}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders-events"}},
        },
        "Outputs": {"EsUrl": {"Value": "https://orders.example/"}},
    })
}

fn function(key: &str) -> Value {
    json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": BUCKET, "S3Key": key}}})
}

fn version(function: &str) -> Value {
    json!({"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": function}, "Description": "r1"}})
}

fn alias(function: &str) -> Value {
    json!({"Type": "AWS::Lambda::Alias", "Properties": {
        "Name": "live",
        "FunctionName": {"Ref": function},
        "FunctionVersion": {"Fn::GetAtt": [format!("{function}Version"), "Version"]},
    }})
}
