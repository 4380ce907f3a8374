//! The project's own template, as one of its environments deploys it.

use std::fs;
use std::path::Path;

use crate::engine::{Drift, drift};
use crate::environment::Environment;
use crate::policy::{Policy, ci};
use crate::stack::Blueprint;
use crate::template::{Artifacts, Rendered, Template, render};

use super::*;

/// An environment, what is rendered for it, and the scene in which it is deployed.
pub(super) struct Store {
    environment: Environment,
    rendered: Rendered,
    pub(super) scene: Scene,
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

fn rendered(template: &str, environment: &Environment) -> Rendered {
    let template = Template::parse(template, &read(&format!("templates/{template}.yaml"))).unwrap();
    let artifacts = Artifacts::in_bucket(BUCKET)
        .with("event-store-api", "code/api.zip")
        .with("event-store-relay", "code/relay.zip");
    render(&template, environment, &artifacts).unwrap()
}

impl Store {
    /// A sample environment in the scripted account.
    pub(super) fn of(name: &str) -> Self {
        Self::edited(name, |text| text)
    }

    /// The same with another file.
    pub(super) fn edited(name: &str, edit: impl FnOnce(String) -> String) -> Self {
        let text = read(&format!("environments/{name}.yaml"))
            .replace("111111111111", ACCOUNT)
            .replace("222222222222", ACCOUNT);
        let text = edit(text);
        let environment = Environment::parse(&format!("{name}.yaml"), &text, name, None).unwrap();
        let rendered = rendered("event-store", &environment);
        let mut scene = Scene::new();
        let mut deployment = deployment(&template());
        deployment.stack = environment.stack.to_string();
        rendered.json().clone_into(&mut deployment.template);
        deployment.protected = environment.protected;
        scene.deployment = deployment;
        scene.cloud.with(|world| {
            for caller in Blueprint::read(rendered.json()).unwrap().callers {
                let (_, role) = caller.split_once(":role/").unwrap();
                world.roles.insert(role.to_owned());
            }
        });
        Self {
            environment,
            rendered,
            scene,
        }
    }

    /// The policies that `policy --for ci` prints.
    pub(super) fn ci(&self) -> Vec<Policy> {
        let bucket = rendered("artifacts", &self.environment.of_artifacts());
        let policy = ci(
            &self.environment,
            &self.rendered,
            ("event-store-artifacts", &bucket),
        )
        .unwrap();
        policy.managed().unwrap()
    }

    pub(super) async fn drift(&mut self) -> Drift {
        let (stack, protected) = (
            self.scene.deployment.stack.clone(),
            self.scene.deployment.protected,
        );
        drift(&mut self.scene.session().await, &stack, protected)
            .await
            .unwrap()
    }
}

/// Policies without one action.
pub(super) fn without(mut policies: Vec<Policy>, action: &str) -> Vec<Policy> {
    for statement in policies.iter_mut().flat_map(Policy::statements_mut) {
        statement.actions.remove(action);
    }
    policies
}
