//! A deployment into one environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use event_store_client::{Client, ClientBuilder, RetryPolicy};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;
use tokio::sync::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{Build, Cloud, Deployer, Emulator, Environment, Run, Terminal, workspace};

/// One environment on the emulator, and the deployer for it.
#[derive(Debug)]
pub struct Deployment {
    deployer: Deployer,
    emulator: &'static Emulator,
    folder: TempDir,
    environment: Environment,
    /// Held until the deployment is dropped.
    _turn: Turn,
}

/// A lock that many deployments share, or one holds exclusively.
#[derive(Debug)]
enum Turn {
    Shared(#[expect(dead_code, reason = "it is there to be held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "it is there to be held")] RwLockWriteGuard<'static, ()>),
}

static MACHINE: RwLock<()> = RwLock::const_new(());

/// Waits until nobody holds the lock, without queueing: a test that holds one deployment and asks for another would wait behind this one, and
/// this one for that test.
async fn nobody_else() -> RwLockWriteGuard<'static, ()> {
    loop {
        if let Ok(turn) = MACHINE.try_write() {
            return turn;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The variable with a folder of functions that were built before, for `deployer up --artifacts`.
const ARTIFACTS: &str = "EVENT_STORE_E2E_ARTIFACTS";

/// Whether a run of the deployer has built the functions. The first one does; the others wait for it and use its build.
static BUILT: Mutex<bool> = Mutex::const_new(false);

impl Deployment {
    /// An environment into which nothing is deployed yet.
    pub async fn new(deployer: Deployer, environment: Environment) -> Self {
        Self::in_turn(deployer, environment, Turn::Shared(MACHINE.read().await)).await
    }

    /// The same, without any concurrent deployment during its lifetime: for a test that needs all the capacity of the
    /// emulator, and fails if others slow it down.
    pub async fn alone(deployer: Deployer, environment: Environment) -> Self {
        Self::in_turn(deployer, environment, Turn::Alone(nobody_else().await)).await
    }

    async fn in_turn(deployer: Deployer, environment: Environment, turn: Turn) -> Self {
        let folder = TempDir::new().expect("the folder for temporary files can be written to");
        let emulator = Emulator::shared().await;
        let deployment = Self {
            deployer,
            emulator,
            folder,
            environment,
            _turn: turn,
        };
        deployment.write();
        deployment
    }

    /// The environment, as in its file.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs the deployer as another caller than the account's owner from now on.
    pub fn run_by(&mut self, caller: &Cloud) {
        self.deployer = self.deployer.run_by(caller);
    }

    /// Changes the environment's file.
    pub fn change(&mut self, change: impl FnOnce(Environment) -> Environment) {
        self.environment = change(self.environment.clone());
        self.write();
    }

    fn write(&self) {
        self.environment.write_to(self.folder.path(), self.emulator);
    }

    /// The emulator as the account's owner sees it.
    pub fn cloud(&self) -> Cloud {
        Cloud::owner(self.emulator)
    }

    /// Runs `deployer up --yes` with additional `arguments`.
    ///
    /// The first run builds the functions, unless the variable `EVENT_STORE_E2E_ARTIFACTS` names a folder of functions that were built before.
    #[must_use = "a run may have failed"]
    pub async fn up(&self, arguments: &[&str]) -> Run {
        if let Ok(folder) = std::env::var(ARTIFACTS) {
            return self
                .run("up", &[&["--yes", "--artifacts", &folder], arguments].concat())
                .await;
        }
        let mut built = BUILT.lock().await;
        if !*built {
            let run = self.run("up", &[&["--yes"], arguments].concat()).await;
            *built = run.code == Some(0);
            return run;
        }
        drop(built);
        self.run("up", &[&["--yes", "--no-build"], arguments].concat())
            .await
    }

    /// The functions that were built, after the first `up`.
    ///
    /// # Panics
    /// The functions cannot be read.
    pub fn build(&self) -> Build {
        let folder = std::env::var_os(ARTIFACTS).map_or_else(workspace::functions, PathBuf::from);
        Build::in_folder(folder)
    }

    /// The folder of its environment's file.
    pub fn environments(&self) -> String {
        self.folder.path().to_string_lossy().into_owned()
    }

    /// A file in this deployment's own folder.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    /// The file name of a changed copy of the template.
    ///
    /// # Panics
    /// The copy does not differ.
    pub fn template(&self, change: impl FnOnce(&str) -> String) -> String {
        let templates = workspace::root().join("templates");
        let copy = |name: &str, text: &str| {
            let file = self.folder.path().join(name);
            std::fs::write(&file, text).expect("the deployment's folder can be written to");
            file.to_string_lossy().into_owned()
        };
        let read = |name| std::fs::read_to_string(templates.join(name)).expect("the template is there");
        copy("artifacts.yaml", &read("artifacts.yaml"));
        let text = read("event-store.yaml");
        let changed = change(&text);
        assert_ne!(changed, text);
        copy("event-store.yaml", &changed)
    }

    /// Runs `deployer diff` with the deployed functions and additional `arguments`.
    #[must_use = "a run may have failed"]
    pub async fn diff(&self, arguments: &[&str]) -> Run {
        let code = Self::built();
        let code: Vec<&str> = code.iter().map(String::as_str).collect();
        self.run("diff", &[&code, arguments].concat()).await
    }

    /// The arguments with which a command uses the functions that the first `up` built.
    pub fn built() -> Vec<String> {
        match std::env::var(ARTIFACTS) {
            Ok(folder) => vec!["--artifacts".into(), folder],
            Err(_) => vec!["--no-build".into()],
        }
    }

    /// Runs `deployer down` with additional `arguments`.
    #[must_use = "a run may have failed"]
    pub async fn down(&self, arguments: &[&str]) -> Run {
        self.run("down", arguments).await
    }

    /// Runs `deployer down` and leaves nothing behind.
    #[must_use = "a run may have failed"]
    pub async fn purge(&self) -> Run {
        self.run("down", &["--purge", "--confirm", &self.environment.stack()])
            .await
    }

    /// Removes the protection and then everything, as the refusal to delete a protected stack advises.
    pub async fn unprotect_and_purge(&mut self) -> Run {
        self.change(|environment| environment.protected(false));
        let accepted = ["--accept", "weaken:EventsTable", "--accept", "weaken:FeedTable"];
        self.up(&accepted).await.succeeded();
        self.purge().await
    }

    /// Runs a command of the deployer on this environment with additional `arguments`.
    #[must_use = "a run may have failed"]
    pub async fn run(&self, command: &str, arguments: &[&str]) -> Run {
        let environments = self.folder.path().to_string_lossy();
        let about = [
            command,
            "--env",
            self.environment.name(),
            "--environments",
            &environments,
        ];
        self.deployer.run(&[&about, arguments].concat()).await
    }

    /// Starts a command of the deployer on this environment that runs until it is stopped.
    pub fn start(&self, command: &str, arguments: &[&str]) -> Child {
        let environments = self.folder.path().to_string_lossy();
        let about = [
            command,
            "--env",
            self.environment.name(),
            "--environments",
            &environments,
        ];
        self.deployer.start(&[&about, arguments].concat())
    }

    /// Runs a command of the deployer on this environment at a terminal with this number of columns.
    pub fn at_a_terminal(&self, columns: u16, command: &str, arguments: &[&str]) -> Terminal {
        let environments = self.folder.path().to_string_lossy();
        let about = [
            command,
            "--env",
            self.environment.name(),
            "--environments",
            &environments,
        ];
        self.deployer
            .at_a_terminal(columns, &[&about, arguments].concat())
    }

    /// Runs `deployer describe --format json`, and parses its output.
    pub async fn describe(&self) -> Described {
        let run = self.run("describe", &["--format", "json"]).await.succeeded();
        Described(
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error} in the JSON of {run}")),
        )
    }

    /// Makes a client of the deployed store. It retries for longer than applications do: the emulator, one Python process on a
    /// machine with few processors, sometimes stalls for seconds, and the store then rightly answers 503.
    pub async fn client_builder(&self) -> ClientBuilder {
        let patient = RetryPolicy::default().attempts(12);
        Client::builder(self.describe().await.output("EsUrl")).retry(patient)
    }

    /// An unsigned client of the deployed store.
    pub async fn client(&self) -> Client {
        self.client_builder()
            .await
            .build()
            .expect("the address that the deployer tells is a base URL")
    }
}

/// The output of `deployer describe`.
#[derive(Clone, Debug)]
pub struct Described(pub Value);

impl Described {
    /// The output called `name`.
    ///
    /// # Panics
    /// There is no such output.
    pub fn output(&self, name: &str) -> String {
        match &self.0["outputs"][name] {
            Value::String(text) => text.clone(),
            _ => panic!("there is no output `{name}` in {:#}", self.0),
        }
    }

    /// Every output by its name.
    pub fn outputs(&self) -> BTreeMap<String, String> {
        serde_json::from_value(self.0["outputs"].clone())
            .unwrap_or_else(|error| panic!("{error} in the outputs of {:#}", self.0))
    }
}
