//! Environment files that differ only in what a test is about.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Emulator;
use crate::emulator::REGION;

/// The account that the emulator's keys belong to.
pub(crate) const ACCOUNT: &str = "000000000000";

/// An environment: what is written to `<name>.yaml`.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    /// The stack that the file names, if it names one.
    stack: Option<String>,
    protected: bool,
    /// How a function URL is reached.
    url: String,
    /// Where AWS is, when it is not reached directly.
    endpoint: Option<String>,
    parameters: BTreeMap<String, String>,
}

/// Where the emulator has function URLs.
const AT_THE_EMULATOR: &str = "{endpoint}/_aws/lambda-url/{id}/";

impl Environment {
    /// Like `staging.yaml`: public.
    ///
    /// The name is the test's own, so that neither stacks nor SSM parameters of tests meet.
    pub fn staging_like(name: &str) -> Self {
        Self {
            name: name.into(),
            stack: None,
            protected: false,
            url: AT_THE_EMULATOR.into(),
            endpoint: None,
            parameters: BTreeMap::new(),
        }
        .with("Access", "public")
        // Whatever is public asks for a bound.
        .with("MaxWriteUnits", "10000")
        .with("MaxReadUnits", "10000")
    }

    /// Like `production.yaml`: protected, and open to `caller` alone, an ARN of a role.
    pub fn production_like(name: &str, caller: &str) -> Self {
        Self {
            name: name.into(),
            stack: None,
            protected: true,
            url: AT_THE_EMULATOR.into(),
            endpoint: None,
            parameters: BTreeMap::new(),
        }
        .with("Access", "iam")
        .with("Callers", &format!("[{caller:?}]"))
    }

    /// Sets a parameter of the template to a value in YAML.
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.insert(parameter.into(), value.into());
        self
    }

    /// Has the store reached by another way, such as a proxy at `address`.
    #[must_use]
    pub fn reached_at(mut self, address: &str) -> Self {
        self.url = AT_THE_EMULATOR.replace("{endpoint}", address);
        self
    }

    /// Has AWS itself reached by another way, such as a proxy at `address`.
    #[must_use]
    pub fn through(mut self, address: &str) -> Self {
        self.endpoint = Some(address.into());
        self
    }

    /// Sets whether the environment is protected.
    #[must_use]
    pub fn protected(mut self, protected: bool) -> Self {
        self.protected = protected;
        self
    }

    /// The environment's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names a stack, such as one that another environment has made.
    #[must_use]
    pub fn in_stack(mut self, stack: &str) -> Self {
        self.stack = Some(stack.into());
        self
    }

    /// The name of its stack: the deployer's own choice, unless the file names one.
    pub fn stack(&self) -> String {
        let named = self.stack.clone();
        named.unwrap_or_else(|| format!("event-store-{}", self.name))
    }

    /// Writes the environment's file into `folder`, over the one that is there.
    pub(crate) fn write_to(&self, folder: &Path, emulator: &Emulator) {
        // The emulator speaks plain HTTP, which topic and queue would refuse, and knows no arithmetic over metrics.
        let mut text = format!(
            "account: \"{ACCOUNT}\"\n\
             region: {REGION}\n\
             protected: {}\n\
             architecture: host\n\
             endpoint: {}\n\
             url: \"{}\"\n\
             parameters:\n  RequireTls: \"false\"\n  AlarmWhenRelayIsIdle: \"false\"\n",
            self.protected,
            self.endpoint.as_deref().unwrap_or_else(|| emulator.endpoint()),
            self.url,
        );
        if let Some(stack) = &self.stack {
            text.insert_str(0, &format!("stack: {stack}\n"));
        }
        for (parameter, value) in &self.parameters {
            writeln!(text, "  {parameter}: {value}").expect("text can be written to");
        }
        let file = folder.join(format!("{}.yaml", self.name));
        fs::write(&file, text)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", file.display()));
    }
}
