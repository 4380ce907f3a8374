//! The emulator's engine, in one long-running process.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::emulator::REGION;
use crate::workspace;

const PROGRAM: &str = include_str!("evaluator.py");

/// The account of the emulator.
const ACCOUNT: &str = "000000000000";

/// The outcome of a template in the engine.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Answer {
    /// The engine refuses the template.
    Refused {
        /// The reason.
        refused: String,
    },
    /// The engine evaluates the template.
    Evaluated {
        /// The properties of the resources whose conditions hold.
        resources: BTreeMap<String, Value>,
        /// The values of the outputs.
        outputs: BTreeMap<String, Value>,
    },
}

/// A Python process that evaluates one template after another.
#[derive(Debug)]
pub struct Evaluator {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Evaluator {
    /// Starts it.
    ///
    /// # Panics
    /// The emulator is not installed; the message has the remedy.
    pub fn start() -> Self {
        let python = workspace::tool("ministack").with_file_name("python");
        let mut process = Command::new(python)
            .args(["-c", PROGRAM])
            .env("MINISTACK_REGION", REGION)
            .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator lies beside the Python that it was installed with");
        Self {
            questions: process.stdin.take().expect("standard input is piped"),
            answers: BufReader::new(process.stdout.take().expect("standard output is piped")),
            process,
        }
    }

    /// Evaluates a template with parameters.
    pub fn evaluate(&mut self, template: &str, parameters: &BTreeMap<String, String>) -> Answer {
        let names = json!({"Topic": {"TopicName": "the-topic"}});
        let question = json!({"template": template, "parameters": parameters, "names": names});
        writeln!(self.questions, "{question}").expect("the evaluator reads");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the evaluator answers in UTF-8");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} in `{answer}`, for {template}"))
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        // The process has no state to lose.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
