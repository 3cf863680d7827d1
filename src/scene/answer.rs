//! The one-sentence answer to "Does dropout keep the standard deviation?".

use super::format::{fixed, per_cent, significant};
use crate::settings::{Scaling, Settings, shortest};
use crate::theory::Exact;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its words.
    pub text: String,
    /// How they are set.
    pub emphasis: Emphasis,
}

/// How a piece of a sentence is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emphasis {
    /// As the rest.
    None,
    /// Stressed.
    Stress,
    /// A value that the reader set.
    Setting,
    /// A value after dropout.
    After,
}

/// Two relative values that differ by less are the same to a reader.
const SAME: f64 = 5e-6;

pub(super) fn answer(settings: &Settings, exact: &Exact) -> Vec<Span> {
    let mut sentence = Sentence::default();
    let ratio = exact.standard_deviation_ratio();
    let keeps_std = ratio.is_some_and(|ratio| (ratio - 1.0).abs() < SAME);
    let p = settings.drop_probability.get();

    if p == 0.0 {
        let shown = settings.drop_probability.shown(settings.notation);
        sentence.plain(&format!(
            "At p = {} nothing is dropped, so everything stays as it is.",
            shortest(shown)
        ));
        return sentence.0;
    }
    let root = settings.notation.inverse_root();
    match settings.scaling {
        Scaling::Inverted | Scaling::Gaussian => {
            sentence
                .plain("No. It keeps the ")
                .stress("mean")
                .plain(".");
        }
        Scaling::None => {
            sentence
                .plain("No. Without rescaling, ")
                .stress("every unit")
                .plain(" shrinks on average.");
        }
        Scaling::Sqrt if keeps_std => {
            sentence
                .plain(&format!("With {root} it does, where the mean is 0, but "))
                .stress("every unit")
                .plain(" shrinks on average.");
        }
        Scaling::Sqrt => {
            sentence
                .plain(&format!("No. With {root} it keeps the "))
                .stress("root mean square")
                .plain(".");
        }
        Scaling::Alpha if keeps_std => {
            sentence
                .plain("Alpha dropout does, at mean 0 and std 1, but ")
                .stress("every unit")
                .plain(" shrinks on average.");
        }
        Scaling::Alpha => {
            sentence
                .plain("No. Alpha dropout is made for ")
                .stress("mean 0 and std 1")
                .plain(".");
        }
    }
    let shown = settings.drop_probability.shown(settings.notation);
    let per_cents = 100.0 * shown;
    let shown = if (per_cents - per_cents.round()).abs() < 1e-9 {
        fixed(shown, 2)
    } else {
        shortest(shown)
    };
    sentence
        .plain(" At ")
        .push(&format!("p = {shown}"), Emphasis::Setting);
    match ratio {
        Some(_) if keeps_std => {
            sentence
                .plain(" each unit is, on average, ")
                .push(&significant(exact.slope, 3), Emphasis::After)
                .plain(" of itself.");
        }
        Some(ratio) => {
            let change = if ratio > 1.0 { "grows" } else { "shrinks" };
            sentence
                .plain(&format!(" the standard deviation {change} by "))
                .push(&per_cent(ratio - 1.0), Emphasis::After)
                .plain(".");
        }
        None => {
            sentence
                .plain(" the standard deviation goes from 0 to ")
                .push(
                    &significant(exact.d.standard_deviation(), 3),
                    Emphasis::After,
                )
                .plain(".");
        }
    }
    sentence.0
}

#[derive(Default)]
struct Sentence(Vec<Span>);

impl Sentence {
    fn push(&mut self, text: &str, emphasis: Emphasis) -> &mut Self {
        self.0.push(Span {
            text: text.to_owned(),
            emphasis,
        });
        self
    }

    fn plain(&mut self, text: &str) -> &mut Self {
        self.push(text, Emphasis::None)
    }

    fn stress(&mut self, text: &str) -> &mut Self {
        self.push(text, Emphasis::Stress)
    }
}
