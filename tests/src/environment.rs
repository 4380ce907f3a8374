//! Environment files that differ only in the subject of a test.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Emulator;
use crate::emulator::REGION;

/// The account of the emulator's keys.
pub(crate) const ACCOUNT: &str = "000000000000";

/// An environment: the content of `<name>.yaml`.
#[derive(Clone, Debug)]
pub struct Environment {
    name: String,
    /// The stack that the file names, if it names one.
    stack: Option<String>,
    protected: bool,
    /// How a function URL is reached.
    url: String,
    /// The endpoint of AWS, if that is not the emulator itself.
    endpoint: Option<String>,
    parameters: BTreeMap<String, String>,
}

/// Where the emulator has function URLs.
const AT_THE_EMULATOR: &str = "{endpoint}/_aws/lambda-url/{id}/";

impl Environment {
    /// Like `staging.yaml`: public.
    ///
    /// Each test has its own name, so that neither stacks nor SSM parameters of tests collide.
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
        // A public store requires a bound on its cost.
        .with("MaxWriteUnits", "10000")
        .with("MaxReadUnits", "10000")
    }

    /// Like `production.yaml`: protected, and open only to `caller`, the ARN of a role.
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

    /// Reaches the store through another address, such as that of a proxy.
    #[must_use]
    pub fn reached_at(mut self, address: &str) -> Self {
        self.url = AT_THE_EMULATOR.replace("{endpoint}", address);
        self
    }

    /// Reaches AWS itself through another address, such as that of a proxy.
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

    /// Writes the environment's file into `folder`, replacing an existing one.
    pub(crate) fn write_to(&self, folder: &Path, emulator: &Emulator) {
        // The emulator speaks plain HTTP, which topic and queue would refuse, and does not support metric math.
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
