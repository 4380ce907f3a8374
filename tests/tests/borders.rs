//! Rules about whole folders that no type can enforce.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A source file: its path within the workspace, and its text without the test module at the end.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        // Only a test module ends the text: `#[cfg(test)]` may also precede single items.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn holds(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }

    fn is_pure(&self) -> bool {
        self.text.starts_with("//! PURE:")
    }
}

/// A rule that no source in its scope may break.
struct Wall {
    says: &'static str,
    keeps: fn(&Source) -> bool,
    out: &'static [&'static str],
    /// The path of a file inside the rule's scope, and the beginning of its text.
    within: (&'static str, &'static str),
    /// The path of a file outside the rule's scope.
    beyond: &'static str,
}

const WALLS: [Wall; 11] = [
    Wall {
        says: "a module that calls itself pure has no clock, client, file system or runtime",
        keeps: Source::is_pure,
        out: &[
            "async fn",
            "aws_sdk_",
            "Instant",
            "::now()",
            "::random()",
            "reqwest",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "SystemTime",
            "tokio",
        ],
        within: ("types/src/planted.rs", "//! PURE: planted.\n"),
        beyond: "types/src/planted.rs",
    },
    Wall {
        says: "what is said of a stack asks nobody",
        keeps: |source| source.path.starts_with("deployer/engine/src/stack/"),
        out: &["crate::cloud", "async fn"],
        within: ("deployer/engine/src/stack/planted.rs", ""),
        beyond: "deployer/engine/src/planted.rs",
    },
    Wall {
        says: "only the deployer's adapters name an SDK",
        keeps: |source| source.path.starts_with("deployer/") && !source.path.starts_with("deployer/src/aws/"),
        out: &["aws_sdk_", "aws_config::", "aws_smithy_"],
        within: ("deployer/src/commands/planted.rs", ""),
        beyond: "deployer/src/aws/planted.rs",
    },
    Wall {
        says: "only the tables' adapters name their database",
        keeps: |source| {
            source.path.starts_with("function/") && !source.path.starts_with("function/src/dynamo/")
        },
        out: &["aws_sdk_dynamodb"],
        within: ("function/src/relay/planted.rs", ""),
        beyond: "function/src/dynamo/planted.rs",
    },
    Wall {
        says: "the store knows nobody above it, and no SDK",
        keeps: |source| source.path.starts_with("function/src/store/"),
        out: &[
            "aws_sdk_",
            "aws_smithy_",
            "crate::dynamo",
            "crate::feed",
            "crate::http",
            "crate::local",
            "crate::relay",
        ],
        within: ("function/src/store/planted.rs", ""),
        beyond: "function/src/dynamo/planted.rs",
    },
    Wall {
        says: "the feed knows the store alone, and no SDK",
        keeps: |source| source.path.starts_with("function/src/feed/"),
        out: &[
            "aws_sdk_",
            "aws_smithy_",
            "crate::dynamo",
            "crate::http",
            "crate::local",
            "crate::relay",
        ],
        within: ("function/src/feed/planted.rs", ""),
        beyond: "function/src/relay/planted.rs",
    },
    Wall {
        says: "the relay knows ports: no table, no topic, and no SDK",
        keeps: |source| source.path.starts_with("function/src/relay/"),
        out: &[
            "aws_config",
            "aws_sdk_",
            "aws_smithy_",
            "crate::aws",
            "crate::dynamo",
            "crate::http",
            "crate::local",
            "crate::messaging",
        ],
        within: ("function/src/relay/planted.rs", ""),
        beyond: "function/src/relay_handler.rs",
    },
    Wall {
        says: "only the topic's and the queue's adapters name SNS and SQS",
        keeps: |source| {
            source.path.starts_with("function/") && !source.path.starts_with("function/src/messaging/")
        },
        out: &["aws_sdk_sns", "aws_sdk_sqs"],
        within: ("function/src/bin/planted.rs", ""),
        beyond: "function/src/messaging/planted.rs",
    },
    Wall {
        says: "the tables know no API",
        keeps: |source| source.path.starts_with("function/src/dynamo/"),
        out: &["crate::http", "crate::local", "crate::messaging"],
        within: ("function/src/dynamo/planted.rs", ""),
        beyond: "function/src/http/planted.rs",
    },
    Wall {
        says: "nothing but the store in one process knows of its database",
        keeps: |source| {
            source.path.starts_with("function/") && !source.path.starts_with("function/src/local/")
        },
        out: &["dynoxide", "rusqlite"],
        within: ("function/src/store/planted.rs", ""),
        beyond: "function/src/local/planted.rs",
    },
    Wall {
        says: "only the deployer's user interface writes to the terminal",
        keeps: |source| source.path.starts_with("deployer/") && !source.path.starts_with("deployer/src/ui"),
        out: &[
            "println!",
            "eprintln!",
            "print!(",
            "io::stdout",
            "io::stderr",
            "anstream",
        ],
        within: ("deployer/engine/src/planted.rs", ""),
        beyond: "deployer/src/ui/planted.rs",
    },
];

impl Wall {
    fn broken_by(&self, source: &Source) -> bool {
        (self.keeps)(source) && source.holds(self.out)
    }
}

fn sources() -> Vec<Source> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let members = [
        "types",
        "client",
        "function",
        "cli",
        "deployer",
        "deployer/template",
        "deployer/engine",
    ];
    let files = members
        .iter()
        .flat_map(|member| files(&workspace.join(member).join("src")));
    files
        .map(|file| {
            let path = file
                .strip_prefix(workspace)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (file, path)
        })
        .filter(|(file, path)| {
            file.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("tests.rs")
                && !path.contains("/tests/")
        })
        .map(|(file, path)| Source::new(&path, &fs::read_to_string(file).unwrap()))
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

fn paths(sources: impl IntoIterator<Item = Source>) -> Vec<String> {
    sources.into_iter().map(|source| source.path).collect()
}

#[test]
fn every_wall_stands() {
    let sources = sources();
    let pure = sources.iter().filter(|source| source.is_pure()).count();
    assert!(pure > 50, "{pure} modules call themselves pure");
    for wall in &WALLS {
        let broken = sources.iter().filter(|source| wall.broken_by(source));
        let broken: Vec<&str> = broken.map(|source| source.path.as_str()).collect();
        assert_eq!(broken, Vec::<&str>::new(), "{}", wall.says);
    }
}

#[test]
fn every_wall_sees_what_is_planted_wherever_it_stands_in_a_file() {
    for wall in &WALLS {
        let (path, head) = wall.within;
        for word in wall.out {
            let planted = format!("{head}\n#[cfg(test)]\nuse some::Double;\n\nfn f() {{ {word} }}\n");
            assert!(
                wall.broken_by(&Source::new(path, &planted)),
                "{}: {word}",
                wall.says
            );
            let beyond = planted.trim_start_matches(head);
            assert!(
                !wall.broken_by(&Source::new(wall.beyond, beyond)),
                "{}: {word}",
                wall.says
            );
            let tests = format!("{head}\n#[cfg(test)]\nmod tests {{\n    fn f() {{ {word} }}\n}}\n");
            assert!(
                !wall.broken_by(&Source::new(path, &tests)),
                "{}: {word}",
                wall.says
            );
        }
    }
}

#[test]
fn one_place_puts_and_always_on_the_condition_that_nothing_is_there() {
    let putting = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("function/") && source.holds(&["put_item()"]));
    let mut putting = paths(putting);
    putting.sort();
    assert_eq!(putting, ["function/src/dynamo/table.rs"]);
}

#[test]
fn the_tests_of_the_function_reach_dynamodb_only_past_the_witness() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let naming = files(&workspace.join("function")).into_iter().filter(|file| {
        let text = fs::read_to_string(file).unwrap_or_default();
        file.extension().is_some_and(|extension| extension == "rs") && text.contains("dynoxide::")
    });
    let naming = naming.map(|file| file.strip_prefix(workspace).unwrap().to_owned());
    // The store in one process embeds its database, whose only client is the store.
    let opening: Vec<PathBuf> = naming
        .filter(|file| !file.starts_with("function/src/local"))
        .collect();
    assert_eq!(opening, [Path::new("function/tests/support/dynamodb.rs")]);
}

/// The crates that an artifact is built from, with `arguments` in addition to those that the deployer gives to cargo.
fn crates_of_an_artifact(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            "event-store-function",
        ])
        .args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let names = String::from_utf8(output.stdout).unwrap();
    let name = |line: &str| line.split_once(' ').map(|(name, _)| name.to_owned());
    names.lines().filter_map(name).collect()
}

#[test]
fn no_database_of_its_own_and_no_command_line_is_in_an_artifact() {
    let strangers = ["dynoxide-rs", "rusqlite", "libsqlite3-sys", "clap"];
    let strangers_in = |crates: &[String]| -> Vec<&str> {
        let is_in = |stranger: &&str| crates.iter().any(|name| name == stranger);
        strangers.into_iter().filter(is_in).collect()
    };
    let artifact = crates_of_an_artifact(&[]);
    assert!(
        artifact.iter().any(|name| name == "aws-sdk-dynamodb"),
        "{artifact:?}"
    );
    assert_eq!(strangers_in(&artifact), Vec::<&str>::new());
    // With the features of the store in one process, all of them are found.
    let local = crates_of_an_artifact(&["--features", "embedded"]);
    assert_eq!(strangers_in(&local), strangers);
}
