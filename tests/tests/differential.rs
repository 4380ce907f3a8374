//! The deployer's rendering of random templates, held against the emulator's engine.
//!
//! That engine evaluates the template with its parameters, and the rendering without any: both have to come to the same.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use cfn_template::{Artifacts, Template, render};
use event_store_deployer::environment::Environment;
use event_store_e2e::generated::{Answer, Evaluator, Generated, generated};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// How many sequences of templates there are, and how many templates in each.
const SEEDS: u8 = 4;
const TEMPLATES: u32 = 500;

/// What the deployer refuses and the engine does not, by a part of the message, and why.
const STRICTER: &[(&str, &str)] = &[
    (
        "is `AWS::NoValue`",
        "CloudFormation wants something there; the engine puts its own word for nothing into the text",
    ),
    (
        "is no single value",
        "a list has no place in a text; the engine joins it with commas",
    ),
    (
        "unknown parameter or resource",
        "CloudFormation refuses a variable that nothing is called; the engine writes its name",
    ),
    (
        "of a list of",
        "every part of a condition has to be right; the engine does not look behind what decides `Fn::And` or `Fn::Or`",
    ),
];

/// What the engine refuses and the deployer does not.
const ENGINE_STRICTER: &[(&str, &str)] = &[(
    "cannot select nonexistent value",
    "how many items a text of AWS's own is split into is left to AWS, which is asked at the deployment",
)];

/// The rendering of a template, or why there is none.
fn rendering(generated: &Generated) -> Result<String, String> {
    let mut environment =
        "account: '000000000000'\nregion: eu-central-1\nstack: stack\nparameters:\n".to_owned();
    for (name, value) in &generated.parameters {
        let value = serde_json::Value::from(value.as_str()).to_string();
        environment.extend(["  ", name, ": ", &value, "\n"]);
    }
    let rendered =
        Environment::parse("environments/any.yaml", &environment, "any", None).and_then(|environment| {
            let template = Template::parse("template.yaml", &generated.template)?;
            render(&template, &environment.values(), &Artifacts::in_bucket("bucket"))
        });
    match rendered {
        Ok(rendered) => Ok(rendered.json().to_owned()),
        Err(problems) => Err(problems.to_string()),
    }
}

fn known<'list>(list: &'list [(&'list str, &'list str)], message: &str) -> Option<&'list str> {
    list.iter()
        .map(|(part, _)| *part)
        .find(|part| message.contains(part))
}

#[derive(Default)]
struct Seen {
    same: Cell<u32>,
    refused_by_both: Cell<u32>,
    explained: RefCell<BTreeSet<&'static str>>,
    refused: Cell<u32>,
}

impl Seen {
    fn judge(&self, evaluator: &mut Evaluator, generated: &Generated) -> Result<(), String> {
        let theirs = evaluator.evaluate(&generated.template, &generated.parameters);
        match (rendering(generated), theirs) {
            (Ok(rendering), theirs @ Answer::Evaluated { .. }) => {
                let ours = evaluator.evaluate(&rendering, &BTreeMap::new());
                if ours != theirs {
                    return Err(format!(
                        "the template comes to {theirs:#?}\nits rendering to {ours:#?}\n{rendering}"
                    ));
                }
                self.same.set(self.same.get() + 1);
            }
            (Err(_), Answer::Refused { .. }) => self.refused_by_both.set(self.refused_by_both.get() + 1),
            (Err(ours), Answer::Evaluated { .. }) => {
                self.explained.borrow_mut().insert(
                    known(STRICTER, &ours).ok_or_else(|| format!("only the deployer refuses it: {ours}"))?,
                );
                self.refused.set(self.refused.get() + 1);
            }
            (Ok(rendering), Answer::Refused { refused }) => {
                self.explained.borrow_mut().insert(
                    known(ENGINE_STRICTER, &refused)
                        .ok_or_else(|| format!("only the engine refuses it: {refused}\n{rendering}"))?,
                );
                self.refused.set(self.refused.get() + 1);
            }
        }
        Ok(())
    }
}

#[test]
fn a_rendering_comes_to_what_its_template_comes_to() {
    let evaluator = RefCell::new(Evaluator::start());
    let seen = Seen::default();
    for seed in 0..SEEDS {
        let config = Config {
            cases: TEMPLATES,
            failure_persistence: None,
            ..Config::default()
        };
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        TestRunner::new_with_rng(config, random)
            .run(&generated(), |generated| {
                seen.judge(&mut evaluator.borrow_mut(), &generated)
                    .map_err(TestCaseError::fail)
            })
            .unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    }
    let total = u32::from(SEEDS) * TEMPLATES;
    println!(
        "{SEEDS} seeds, {total} templates: {} rendered to the same, {} refused by both, {} by one for a known reason",
        seen.same.get(),
        seen.refused_by_both.get(),
        seen.refused.get()
    );
    assert!(
        seen.same.get() > total / 4,
        "too few templates are right to prove anything"
    );
    let explained = seen.explained.into_inner();
    for (part, reason) in STRICTER.iter().chain(ENGINE_STRICTER) {
        assert!(
            explained.contains(part),
            "nothing is refused any more with `{part}`: {reason}"
        );
    }
}
