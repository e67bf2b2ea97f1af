//! What was measured, in rows.

/// Some durations. Units: milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    pub(crate) fn add(&mut self, took: std::time::Duration) {
        self.0.push(took.as_secs_f64() * 1_000.0);
    }

    pub(crate) fn push(&mut self, milliseconds: f64) {
        self.0.push(milliseconds);
    }

    /// What this share of them is not above: 0.5 is the median.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut all = self.0.clone();
        all.sort_by(f64::total_cmp);
        let last = all.len().saturating_sub(1);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a few thousand"
        )]
        let index = (last as f64 * share).round() as usize;
        all.get(index).copied().unwrap_or(f64::NAN)
    }
}

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
    /// The bare crate's, from the same run.
    pub(crate) bare: Option<f64>,
    pub(crate) goal: Goal,
}

/// What is wanted.
pub(crate) enum Goal {
    /// No more than this.
    Below(f64),
    /// No more than this many times the bare crate's.
    Times(f64),
}

impl Row {
    fn is_met(&self) -> bool {
        match self.goal {
            Goal::Below(most) => self.ours <= most,
            Goal::Times(most) => self.bare.is_some_and(|bare| self.ours <= bare * most),
        }
    }
}

/// Prints rows as Markdown, and says whether all goals are met.
#[allow(clippy::print_stdout, reason = "this is what the program is for")]
pub(crate) fn print(rows: &[Row]) -> bool {
    println!("\n| | ours | bare crate | ratio | goal | |\n|---|---|---|---|---|---|");
    for row in rows {
        let Row { what, unit, ours, bare, .. } = row;
        let goal = match row.goal {
            Goal::Below(most) => format!("≤ {most} {unit}"),
            Goal::Times(most) => format!("≤ {most} ×"),
        };
        let (bare, ratio) = match bare {
            Some(bare) => (format!("{bare:.2} {unit}"), format!("{:.2}", ours / bare)),
            None => ("–".to_owned(), "–".to_owned()),
        };
        let verdict = if row.is_met() { "met" } else { "**missed**" };
        println!("| {what} | {ours:.2} {unit} | {bare} | {ratio} | {goal} | {verdict} |");
    }
    rows.iter().all(Row::is_met)
}
