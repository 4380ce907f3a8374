//! Runs that are killed at random moments and run once more: they end like runs that are not killed.

use std::time::{Duration, Instant};

use event_store_e2e::{Deployment, Environment};
use fastrand::Rng;
use serde_json::Value;
use tokio::time::timeout;

use crate::deployment;

/// How often each step is killed.
const SERIES: u32 = 3;

/// The variable with a seed, to repeat the moments of an earlier run.
const SEED: &str = "EVENT_STORE_E2E_SEED";

/// The steps of a deployment's life, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Change,
    RollBack,
    Delete,
}

const STEPS: [Step; 4] = [Step::Create, Step::Change, Step::RollBack, Step::Delete];

impl Step {
    /// Prepares the step.
    fn prepare(self, deployment: &mut Deployment) {
        if self == Self::Change {
            deployment.change(|environment| environment.with("ApiMemoryMb", "512"));
        }
    }

    /// The command with its arguments.
    fn command(self) -> (&'static str, Vec<String>) {
        let yes = || vec!["--yes".to_owned()];
        match self {
            Self::Create | Self::Change => ("up", [yes(), Deployment::built()].concat()),
            Self::RollBack => ("rollback", yes()),
            Self::Delete => ("down", yes()),
        }
    }

    async fn run(self, deployment: &Deployment) {
        let (command, arguments) = self.command();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        deployment.run(command, &arguments).await.succeeded();
    }

    /// Runs it, and kills it after some time unless it has ended before. Returns whether it was killed.
    async fn run_for(self, deployment: &Deployment, time: Duration) -> bool {
        let (command, arguments) = self.command();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = deployment.start(command, &arguments);
        // Dropping a running process kills it with SIGKILL.
        timeout(time, run.wait_with_output()).await.is_err()
    }
}

#[tokio::test]
async fn a_run_that_is_killed_at_a_random_moment_is_finished_by_the_next() {
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let mut rng = Rng::with_seed(seed.unwrap_or_else(|| fastrand::u64(..)));
    println!("{SEED}={}", rng.get_seed());

    // The functions are built before anything is measured.
    let built = deployment(Environment::staging_like("whole-built")).await;
    built.up(&[]).await.succeeded();
    built.purge().await.succeeded();
    let mut reference = deployment(Environment::staging_like("whole")).await;
    let mut expected = Vec::new();
    for step in STEPS {
        step.prepare(&mut reference);
        let began = Instant::now();
        step.run(&reference).await;
        let took = began.elapsed();
        expected.push((took, standing(&reference).await));
    }
    reference.purge().await.succeeded();

    let mut kills = 0;
    for series in 0..SERIES {
        let mut killed = deployment(Environment::staging_like(&format!("killed-{series}"))).await;
        for (step, (took, expected)) in STEPS.into_iter().zip(&expected) {
            step.prepare(&mut killed);
            let moment = took.mul_f64(rng.f64());
            let was_killed = step.run_for(&killed, moment).await;
            println!("{step:?} killed after {moment:.0?} of {took:.0?}: {was_killed}");
            if was_killed {
                kills += 1;
                wait_until_settled(&killed).await;
                if !(step == Step::RollBack && is_done(&killed).await) {
                    step.run(&killed).await;
                }
            }
            assert_eq!(&standing(&killed).await, expected, "series {series}, {step:?}");
        }
        killed.purge().await.succeeded();
    }
    println!("{kills} kills of {}", SERIES * 4);
}

/// Waits until the emulator has finished the operations of the killed run.
async fn wait_until_settled(deployment: &Deployment) {
    loop {
        let described = deployment.run("describe", &["--format", "json"]).await;
        if !described.stdout.contains("_IN_PROGRESS") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether a killed rollback had already finished, in which case running it again would go back further.
async fn is_done(deployment: &Deployment) -> bool {
    let lines = history(deployment).await;
    let is_unfinished = lines.iter().any(|line| line["event"] == "unfinished-run");
    !is_unfinished
        && lines
            .first()
            .is_some_and(|newest| newest["rolledBackTo"].is_string())
}

async fn history(deployment: &Deployment) -> Vec<Value> {
    let history = deployment.run("history", &["--json"]).await.succeeded();
    let lines = history.stdout.lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The result without the parts that differ from run to run: the stack, its code and its history.
async fn standing(deployment: &Deployment) -> String {
    let stack = match described_at_rest(deployment).await {
        Some(described) => {
            assert_eq!(described["unfinished"], Value::Null, "{described:#}");
            let functions = described["functions"].as_array().unwrap().iter();
            let functions = functions.map(|function| {
                let member = |name: &str| function[name].to_string();
                format!(
                    "{} version {} of {}",
                    member("logicalId"),
                    member("version"),
                    member("codeSha256")
                )
            });
            format!(
                "{}\n{}",
                described["status"],
                functions.collect::<Vec<_>>().join("\n")
            )
        }
        None => "no stack".to_owned(),
    };
    let releases = history(deployment).await.into_iter().map(|line| {
        let restores = line["rolledBackTo"].is_string();
        format!("{} {} restores: {restores}", line["event"], line["outcome"])
    });
    format!("{stack}\n{}", releases.collect::<Vec<_>>().join("\n"))
}

/// The stack once it is healthy: a function is pending for a moment after a change.
async fn described_at_rest(deployment: &Deployment) -> Option<Value> {
    let began = Instant::now();
    loop {
        let described = deployment.run("describe", &["--format", "json"]).await;
        if described.code != Some(0) {
            assert!(described.stderr.contains("there is no stack"), "{described}");
            return None;
        }
        let stack: Value = serde_json::from_str(&described.stdout).unwrap();
        if stack["healthy"] == true {
            return Some(stack);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{described}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
