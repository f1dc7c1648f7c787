//! The settings in force as the console shows them, explained by the words of the reference.

use confique::Config as _;
use confique::meta::{Field, FieldKind};
use yaopai_console::{Explanation, SettingGroup, ShownSetting};

use super::{Effective, Origin, Settings};

/// The settings in force, by their sections and in the reference's order.
pub(crate) fn shown(effective: &[Effective]) -> Vec<SettingGroup> {
    let mut groups = vec![SettingGroup {
        name: String::new(),
        explanation: Explanation::default(),
        settings: Vec::new(),
    }];
    collect("", Settings::META.fields, effective, &mut groups, 0);
    groups.retain(|group| !group.settings.is_empty());
    groups
}

fn collect(path: &str, fields: &[Field], effective: &[Effective], groups: &mut Vec<SettingGroup>, group: usize) {
    for field in fields {
        let name = format!("{path}{}", field.name);
        match field.kind {
            FieldKind::Nested { meta } => {
                groups.push(SettingGroup {
                    name: name.clone(),
                    explanation: explanation(field.doc),
                    settings: Vec::new(),
                });
                let nested = groups.len() - 1;
                collect(&format!("{name}."), meta.fields, effective, groups, nested);
            }
            FieldKind::Leaf { .. } => {
                let found = effective.iter().find(|setting| setting.key == name);
                if let (Some(setting), Some(group)) = (found, groups.get_mut(group)) {
                    group.settings.push(one(setting, field.doc));
                }
            }
        }
    }
}

fn one(setting: &Effective, doc: &[&str]) -> ShownSetting {
    ShownSetting {
        key: setting.key.clone(),
        value: setting.value.clone(),
        origin: match &setting.origin {
            Origin::Default => None,
            origin @ (Origin::File(_) | Origin::Variable(_) | Origin::SecretFile(..)) => Some(origin.to_string()),
        },
        explanation: explanation(doc),
    }
}

/// The reference says each thing in Chinese, and after the first slash in English.
fn explanation(doc: &[&str]) -> Explanation {
    let lines: Vec<_> = doc.iter().map(|line| line.trim()).collect();
    let text = lines.join(" ").replace('`', "");
    let (chinese, english) = text.split_once("/ ").unwrap_or((&text, &text));
    Explanation {
        chinese: chinese.trim().to_owned(),
        english: english.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_shown_once_and_explained_in_both_languages() {
        let effective: Vec<_> = super::super::keys::all()
            .iter()
            .map(|key| key.effective(None))
            .collect();
        let groups = shown(&effective);
        let shown: Vec<_> = groups.iter().flat_map(|group| &group.settings).collect();
        assert_eq!(shown.len(), effective.len());
        for setting in shown {
            let Explanation { chinese, english } = &setting.explanation;
            assert!(!chinese.is_empty() && !english.is_empty(), "{}", setting.key);
            assert_ne!(chinese, english, "{}", setting.key);
            assert_eq!(setting.origin, None);
        }
        let sms = groups.iter().find(|group| group.name == "sms").unwrap();
        assert_eq!(
            (sms.explanation.chinese.as_str(), sms.explanation.english.as_str()),
            ("短信", "text messages.")
        );
    }
}
