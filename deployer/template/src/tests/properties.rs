//! Properties that hold for every template.

use proptest::prelude::*;

use super::try_render;

proptest! {
    #[test]
    fn a_rendering_is_ascii_and_the_same_each_time(text in "\\PC{0,40}", key in "\\PC{1,10}") {
        let quote = |text: &str| text.replace('\'', "''");
        let template = format!(
            "Parameters:\n  Text: {{ Type: String }}\nResources:\n  A:\n    Type: A::B::C\n    Properties:\n      \
             '{}': !Ref Text\n      Joined: !Join ['', [!Ref Text, 'ä']]\n",
            quote(&format!("key {key}"))
        );
        let parameters = format!("Text: '{}'", quote(&text));
        let first = try_render(&template, &parameters).unwrap();
        prop_assert!(first.json().is_ascii());
        prop_assert!(first.json().ends_with('\n'));
        let second = try_render(&template, &parameters).unwrap();
        prop_assert_eq!(first.json(), second.json());
        let read: serde_json::Value = serde_json::from_str(first.json()).unwrap();
        prop_assert_eq!(read["Resources"]["A"]["Properties"][format!("key {key}")].as_str(), Some(text.as_str()));
        // A rendering has nothing left to render: a literal `${}` is not a variable.
        let again = try_render(first.json(), "").unwrap();
        prop_assert_eq!(again.json(), first.json());
    }
}
