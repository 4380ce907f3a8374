//! The project's own template, as it is rendered for one of its environments: the deployer's snapshots hold the renderings, and the rights
//! that `policy` prints for CI.

use std::fs;
use std::path::Path;

use crate::fake::Rights;
use crate::stack::Blueprint;
use crate::{Drift, drift};

use super::*;

/// A rendering, and the scene in which it is deployed.
pub(super) struct Store {
    pub(super) scene: Scene,
}

/// The content of a snapshot of the deployer's, in the scripted account.
fn snapshot(path: &str) -> String {
    let deployer = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(deployer.join(path)).unwrap();
    let (_, content) = text.split_once("\n---\n").unwrap();
    content
        .replace("111111111111", ACCOUNT)
        .replace("222222222222", ACCOUNT)
}

impl Store {
    /// A sample environment in the scripted account.
    pub(super) fn of(environment: &str) -> Self {
        let template = snapshot(&format!(
            "tests/renderings/snapshots/renderings__event-store@{environment}.snap"
        ));
        let built = format!("arm64/{}.zip", "0".repeat(64));
        let template = template
            .replace(&format!("code/event-store-api/{built}"), "code/api.zip")
            .replace(&format!("code/event-store-relay/{built}"), "code/relay.zip");
        let mut scene = Scene::new();
        let mut deployment = deployment(&serde_json::from_str(&template).unwrap());
        let name = environment.split('+').next().unwrap_or_default();
        deployment.stack = format!("event-store-{name}");
        deployment.protected = name == "production";
        scene.deployment = deployment;
        scene.cloud.with(|world| {
            for caller in Blueprint::read(&template).unwrap().callers {
                let (_, role) = caller.split_once(":role/").unwrap();
                world.roles.insert(role.to_owned());
            }
        });
        Self { scene }
    }

    /// What `policy --for ci` prints for production allows.
    pub(super) fn ci() -> Rights {
        let text =
            snapshot("src/policy/snapshots/event_store_deployer__policy__tests__rights@production.snap");
        serde_json::from_str(&text).unwrap()
    }

    pub(super) async fn drift(&mut self) -> Drift {
        let (stack, protected) = (
            self.scene.deployment.stack.clone(),
            self.scene.deployment.protected,
        );
        drift(&mut self.scene.session().await, &stack, protected, BUCKET)
            .await
            .unwrap()
    }
}
