//! Which keys the tag of a page names: what `/snippet` is asked for.

use alongside_signaling_proto::id::TeamId;
use url::form_urlencoded;

/// How many keys a tag names: two, while a site changes from one to the next. Who reads a tag takes no more.
const MAX_TEAMS: usize = 2;

/// Why there is no tag to print, in words for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TagError {
    /// No key, or what is none.
    #[error(
        "Say for which team: /snippet?team=KEY, the key having 43 letters, digits, - and _; or for two, while you \
         change from one to the next: /snippet?team=NEW&team=OLD."
    )]
    NoKey,
    /// More than a page can name.
    #[error(
        "A page names one key, or two while you change from one to the next: /snippet?team=NEW&team=OLD."
    )]
    TooMany,
}

/// The keys that a query names, each once and in its order: `team=NEW&team=OLD` or, as in the tag, `team=NEW+OLD`.
///
/// Shape: where it names none at all, the demo's.
/// Errors: what is no key, and more than two.
pub(crate) fn named(query: &str, demo: Option<TeamId>) -> Result<Vec<TeamId>, TagError> {
    let mut teams = Vec::new();
    let mut is_said = false;
    for (_, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "team") {
        is_said = true;
        for key in value.split_ascii_whitespace() {
            let team = key.parse().map_err(|_| TagError::NoKey)?;
            if !teams.contains(&team) {
                teams.push(team);
            }
        }
    }
    if !is_said {
        teams.extend(demo);
    }
    match teams.len() {
        0 => Err(TagError::NoKey),
        1..=MAX_TEAMS => Ok(teams),
        _ => Err(TagError::TooMany),
    }
}

/// The value of `data-team`.
pub(crate) fn attribute(teams: &[TeamId]) -> String {
    teams.iter().map(TeamId::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_or_two_in_the_order_that_they_are_said() {
        let [old, new, demo] = [1, 2, 3].map(|byte| TeamId([byte; 32]));
        let third = demo;
        for (query, expected) in [
            (format!("team={new}"), Ok(vec![new])),
            (format!("team={new}&team={old}"), Ok(vec![new, old])),
            (format!("team={old}+{new}"), Ok(vec![old, new])),
            (format!("team={old}%20{new}&x=1"), Ok(vec![old, new])),
            (format!("team={old}&team={old}"), Ok(vec![old])),
            (String::new(), Ok(vec![demo])),
            ("x=1&&=".to_owned(), Ok(vec![demo])),
            ("team=".to_owned(), Err(TagError::NoKey)),
            ("team=short".to_owned(), Err(TagError::NoKey)),
            (format!("team={new}&team=%FF%zz"), Err(TagError::NoKey)),
            (format!("team={new}&team={old}&team={third}"), Err(TagError::TooMany)),
        ] {
            assert_eq!(named(&query, Some(demo)), expected, "{query}");
        }
        assert_eq!(named("", None), Err(TagError::NoKey));
        assert_eq!(attribute(&[new, old]), format!("{new} {old}"));
    }
}
