//! PURE: the file format of a plan.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Plan;
use crate::stack::sha256_hex;

/// The marker of a plan file.
const FORMAT: &str = "deployer-plan";
/// The version of the format. A plan in another version is refused, because its meaning is unknown here.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    /// The SHA-256 of the plan in compact JSON.
    checksum: String,
    plan: Value,
}

/// Why a file is not a usable plan.
#[derive(Debug, thiserror::Error)]
pub enum UnreadablePlan {
    /// It is not a plan.
    #[error("it is not a plan")]
    Foreign,
    /// Another version of the deployer wrote it.
    #[error("its version is {version}, but this deployer applies plans of version {VERSION}")]
    OtherVersion {
        /// The version of its format.
        version: u32,
    },
    /// It was changed after it was written.
    #[error("it was changed after it was written: its checksum does not match")]
    Corrupt,
    /// Its checksum is right, but its content is not.
    #[error("it lacks something that every plan has")]
    Malformed(#[from] serde_json::Error),
}

impl Plan {
    /// The text of the file.
    ///
    /// # Errors
    /// None in practice: JSON can represent every plan.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let plan = serde_json::to_value(self)?;
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            checksum: sha256_hex(plan.to_string()),
            plan,
        };
        serde_json::to_string_pretty(&file).map(|text| text + "\n")
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// It is not a plan, or not one that can be trusted.
    pub fn parse(text: &[u8]) -> Result<Self, UnreadablePlan> {
        let json: Value = serde_json::from_slice(text).map_err(|_| UnreadablePlan::Foreign)?;
        if json["format"] != FORMAT {
            return Err(UnreadablePlan::Foreign);
        }
        let file: File = serde_json::from_value(json)?;
        if file.version != VERSION {
            return Err(UnreadablePlan::OtherVersion {
                version: file.version,
            });
        }
        if sha256_hex(file.plan.to_string()) != file.checksum {
            return Err(UnreadablePlan::Corrupt);
        }
        Ok(serde_json::from_value(file.plan)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::plan;
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let text = plan().to_json().unwrap();
        assert_eq!(Plan::parse(text.as_bytes()).unwrap(), plan());
    }

    #[test]
    fn a_plan_that_was_touched_is_refused_wherever_it_was() {
        let text = plan().to_json().unwrap();
        for (from, to) in [
            ("orders", "orders-2"),
            ("123456789012", "210987654321"),
            ("code/api/arm64/a.zip", "code/api/arm64/b.zip"),
            ("Resources", "Resourcez"),
            ("\"owner\"", "\"payer\""),
        ] {
            assert!(text.contains(from), "{from}");
            let error = Plan::parse(text.replace(from, to).as_bytes()).unwrap_err();
            assert!(matches!(error, UnreadablePlan::Corrupt), "{from}: {error}");
        }
    }

    #[test]
    fn what_is_no_plan_of_this_deployer_says_what_it_is() {
        let later = plan()
            .to_json()
            .unwrap()
            .replace("\"version\": 2", "\"version\": 3");
        let texts = ["", "Resources: {}", r#"{"Resources": {}}"#, &later];
        let told = texts.map(|text| Plan::parse(text.as_bytes()).unwrap_err().to_string());
        insta::assert_snapshot!(told.join("\n"), @"
        it is not a plan
        it is not a plan
        it is not a plan
        its version is 3, but this deployer applies plans of version 2
        ");
    }
}
