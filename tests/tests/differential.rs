//! Compares the deployer's rendering of random templates with the emulator's engine.
//!
//! The engine evaluates the template with its parameters, and the rendering without any: both must give the same result.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use event_store_e2e::generated::{Answer, Evaluator, Generated, right, with_mistakes};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// The number of sequences, and of templates in each: for valid templates, and for those with mistakes.
const SEEDS: u8 = 4;
const TEMPLATES: u32 = 500;
const WITH_MISTAKES: u32 = 250;

/// The templates that the deployer refuses and the engine does not: a part of the message, and the reason.
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

/// The templates that the engine refuses and the deployer does not.
const ENGINE_STRICTER: &[(&str, &str)] = &[(
    "cannot select nonexistent value",
    "how many items a text of AWS's own is split into is left to AWS, which is asked at the deployment",
)];

fn known<'list>(list: &'list [(&'list str, &'list str)], message: &str) -> Option<&'list str> {
    list.iter()
        .map(|(part, _)| *part)
        .find(|part| message.contains(part))
}

#[derive(Default)]
struct Seen {
    same: Cell<u32>,
    refused_by_both: Cell<u32>,
    explained: RefCell<BTreeMap<&'static str, u32>>,
}

impl Seen {
    fn explain(&self, reason: &'static str) {
        *self.explained.borrow_mut().entry(reason).or_default() += 1;
    }

    fn judge(&self, evaluator: &mut Evaluator, generated: &Generated) -> Result<(), String> {
        let theirs = evaluator.evaluate(&generated.template, &generated.parameters);
        match (generated.rendering(), theirs) {
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
                let reason = known(STRICTER, &ours);
                self.explain(reason.ok_or_else(|| format!("only the deployer refuses it: {ours}"))?);
            }
            (Ok(rendering), Answer::Refused { refused }) => {
                let reason = known(ENGINE_STRICTER, &refused);
                self.explain(
                    reason.ok_or_else(|| format!("only the engine refuses it: {refused}\n{rendering}"))?,
                );
            }
        }
        Ok(())
    }
}

/// Judges the templates of each seed, and returns a summary.
fn judged<S: Strategy<Value = Generated>>(strategy: &S, templates: u32) -> Seen {
    let evaluator = RefCell::new(Evaluator::start());
    let seen = Seen::default();
    for seed in 0..SEEDS {
        let config = Config {
            cases: templates,
            failure_persistence: None,
            ..Config::default()
        };
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        TestRunner::new_with_rng(config, random)
            .run(strategy, |generated| {
                seen.judge(&mut evaluator.borrow_mut(), &generated)
                    .map_err(TestCaseError::fail)
            })
            .unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    }
    let total = u32::from(SEEDS) * templates;
    println!(
        "{SEEDS} seeds, {total} templates: {} rendered to the same, {} refused by both, and by one for a known reason {:?}",
        seen.same.get(),
        seen.refused_by_both.get(),
        seen.explained.borrow()
    );
    seen
}

#[test]
fn a_rendering_comes_to_what_its_template_comes_to() {
    let seen = judged(&right(), TEMPLATES);
    assert_eq!(seen.same.get(), u32::from(SEEDS) * TEMPLATES, "all are right");
}

#[test]
fn a_template_with_a_mistake_is_refused_unless_nothing_comes_of_the_mistake() {
    let seen = judged(&with_mistakes(), WITH_MISTAKES);
    assert!(
        seen.same.get() > 0 && seen.refused_by_both.get() > 0,
        "some are right all the same, and some are not"
    );
    let explained = seen.explained.into_inner();
    for (part, reason) in STRICTER.iter().chain(ENGINE_STRICTER) {
        assert!(
            explained.contains_key(part),
            "nothing is refused any more with `{part}`: {reason}"
        );
    }
}
