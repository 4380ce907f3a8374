//! The measured programs, built like the deployer's artifacts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use event_store_deployer::artifact::{Build, BuildNote, Processor};
use event_store_deployer::environment::{Architecture, Profile};
use event_store_deployer::process_env::ProcessEnv;

use super::Result;

/// The paths of the programs.
#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) api: PathBuf,
    pub(crate) relay: PathBuf,
    pub(crate) handlers: PathBuf,
    /// The store in one process.
    pub(crate) store: PathBuf,
}

impl Programs {
    /// Builds the programs for this machine's processor, which takes minutes the first time.
    ///
    /// It builds them one after the other, because cargo unites the features of crates that it builds together, and the
    /// functions must be exactly the deployed programs.
    pub(crate) async fn build() -> Result<Self> {
        Ok(Self {
            api: build("event-store-api").await?,
            relay: build("event-store-relay").await?,
            handlers: build("event-store-handlers").await?,
            store: build("event-store").await?,
        })
    }
}

async fn build(program: &str) -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("the crate lies in the workspace")?;
    let processor = Processor::from(Architecture::Host);
    let build = Build {
        workspace,
        binaries: &BTreeSet::from([program.to_owned()]),
        processor,
        profile: Profile::Release,
        machine: &ProcessEnv::of_this_process().machine(),
    };
    let mut tell = |note: BuildNote<'_>| match note {
        BuildNote::Line(line) => eprintln!("{line}"),
        BuildNote::AddingTarget(target) => eprintln!("adding the Rust target {target}"),
    };
    let artifacts = build.run(&mut tell).await?;
    let path = Build::output(workspace, processor, Profile::Release)
        .join(program)
        .join("bootstrap");
    let zip: usize = artifacts.iter().map(|artifact| artifact.zip().len()).sum();
    let size = std::fs::metadata(&path)?.len();
    let megabytes = |bytes: u64| format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000);
    println!("{program}: {}, zipped {}", megabytes(size), megabytes(zip as u64));
    Ok(path)
}
