//! What `protected: true` means for an update.

mod alarms;
mod stack_policy;
mod widening;

use super::*;

/// A protected stack with a role and two alarms.
async fn protected() -> Scene {
    let mut template = template();
    template["Resources"]["Url"] = json!({"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "AWS_IAM"}});
    template["Resources"]["Role"] = role(&["dynamodb:Query"]);
    for alarm in ["Errors", "Behind"] {
        template["Resources"][alarm] = json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {}});
    }
    let mut scene = Scene::new();
    scene.deployment = deployment(&template);
    scene.deployment.protected = true;
    assert!(matches!(scene.up().await, Ok(Deployed::Created(_))));
    scene
}

fn role(actions: &[&str]) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyName": "api", "PolicyDocument": {
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}}]}})
}

fn accept(scene: &mut Scene, acceptances: &[&str]) {
    scene.deployment.accepted = acceptances.iter().map(|text| text.parse().unwrap()).collect();
}
