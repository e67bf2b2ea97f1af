//! Stories of one session each, told step by step: what happens, and what the session then does.
//!
//! They are told here in code, written to `tests/vectors/transcripts` by
//! `UPDATE=1 cargo test -p alongside-tests --test transcripts`, and replayed from there by the TypeScript twin
//! (`web/src/proto/session.test.ts`). A change in one of the files is a change of behaviour: read it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod connecting;
mod proposing;
mod queue;
mod resuming;
mod story;
mod talking;
mod walks;

use std::collections::BTreeSet;
use std::path::Path;

use story::Story;

#[test]
fn the_stories_are_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/transcripts");
    let update = std::env::var_os("UPDATE").is_some();
    let stories: Vec<Story> = [
        queue::stories(),
        connecting::stories(),
        talking::stories(),
        proposing::stories(),
        resuming::stories(),
        walks::stories(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(stories.len() >= 15);
    let mut names = BTreeSet::new();
    for story in stories {
        let name = format!("{}.json", story.name);
        let path = folder.join(&name);
        let told = story.written();
        if update {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &told).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == told,
            "{name} is told otherwise: run with UPDATE=1, read what changed, and commit it"
        );
        assert!(names.insert(name), "{} is told twice", story.name);
    }
    let kept: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept, names, "files without a story");
}
