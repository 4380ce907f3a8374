//! Random templates, deployed unrendered.

use aws_sdk_cloudformation::types::StackStatus;
use event_store_e2e::generated::right;
use event_store_e2e::{Cloud, Emulator};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::oracle::{changes, parameter, wait_until, wait_until_gone};

/// The sequence, and how many of its templates are deployed: few, because each takes a second.
const TEMPLATES: usize = 20;
const SEED: [u8; 32] = [7; 32];

#[tokio::test]
async fn a_random_template_deployed_with_its_parameters_equals_its_rendering() {
    let cloudformation = Cloud::owner(Emulator::shared().await).cloudformation();
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    for number in 0..TEMPLATES {
        let generated = right().new_tree(&mut runner).unwrap().current();
        let rendering = generated.rendering().unwrap();
        let stack = format!("generated-{number}");
        let parameters = generated.parameters.iter();
        let parameters = parameters.map(|(name, value)| parameter((name, value))).collect();
        cloudformation
            .create_stack()
            .stack_name(&stack)
            .template_body(&generated.template)
            .set_parameters(Some(parameters))
            .send()
            .await
            .unwrap();
        wait_until(&cloudformation, &stack, &StackStatus::CreateComplete).await;

        let none: [String; 0] = [];
        let seen = changes(&cloudformation, &stack, "rendering", &rendering).await;
        assert_eq!(seen, none, "{}\n{rendering}", generated.template);
        // The comparison notices a difference.
        let mut altered: Value = serde_json::from_str(&rendering).unwrap();
        altered["Resources"]["Topic"]["Properties"]["DisplayName"] = "altered".into();
        let seen = changes(&cloudformation, &stack, "altered", &altered.to_string()).await;
        assert_eq!(seen, ["`Topic` Properties DisplayName"]);

        cloudformation
            .delete_stack()
            .stack_name(&stack)
            .send()
            .await
            .unwrap();
        wait_until_gone(&cloudformation, &stack).await;
    }
}
