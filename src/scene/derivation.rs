//! The reader's own numbers and settings in the steps of the derivation, and in the code that checks
//! it.

use super::Sentence;
use super::format::significant;
use super::quantities::Quantity;
use super::snippets::lines_of_numpy;
use crate::settings::{Distribution, Notation, Scaling, Settings, shortest};
use crate::theory::Exact;

/// The numbers in the steps, which are for inverted dropout whatever rule is chosen.
pub(super) fn add_quantities(list: &mut Vec<Quantity>, settings: &Settings, exact: &Exact) {
    let p = settings.drop_probability;
    let (drop, keep) = (p.get(), p.keep());
    let x = &exact.x;
    let square = x.mean * x.mean;
    let inverted = Exact::new(&settings.input, p, Scaling::Inverted);
    let second_moment = x.second_moment() / keep;
    for (name, value) in [
        ("given.p", Some(p.shown(settings.notation))),
        ("given.drop", Some(drop)),
        ("given.keep", Some(keep)),
        ("given.scale", Some(1.0 / keep)),
        ("given.mean", Some(x.mean)),
        ("given.mean.squared", Some(square)),
        ("given.std", Some(x.standard_deviation())),
        ("given.variance", Some(x.variance)),
        ("given.second-moment", Some(x.second_moment())),
        ("derived.mean", Some(inverted.d.mean)),
        ("derived.second-moment", Some(second_moment)),
        ("derived.kept-square", Some(keep * square)),
        ("derived.extra", Some(drop * square)),
        ("derived.variance", Some(inverted.d.variance)),
        ("derived.std", Some(inverted.d.standard_deviation())),
        ("derived.ratio", inverted.standard_deviation_ratio()),
        ("derived.ratio.centred", Some(1.0 / keep.sqrt())),
    ] {
        list.push(Quantity::of_text(name, value));
    }
}

/// What the steps say of the reader's input and rule.
pub(super) fn sentences(settings: &Settings, exact: &Exact) -> [Sentence; 7] {
    let [code_input, code_rule] = lines_of_numpy(settings, exact);
    [
        ("derivation.input", input(settings, exact)),
        ("derivation.rule", rule(settings)),
        (
            "code.p",
            shortest(settings.drop_probability.shown(settings.notation)),
        ),
        ("code.mean", shortest(exact.x.mean)),
        ("code.std", shortest(exact.x.standard_deviation())),
        ("code.input", code_input),
        ("code.rule", code_rule),
    ]
}

fn input(settings: &Settings, exact: &Exact) -> String {
    let input = &settings.input;
    let mean = significant(exact.x.mean, 4);
    let std = significant(exact.x.standard_deviation(), 4);
    let set = [input.mean.get(), input.standard_deviation.get()];
    match input.distribution {
        Distribution::Normal => {
            format!("Your input is normal, with μ = {mean} and σ = {std}, as you set them.")
        }
        Distribution::Uniform => {
            let reach = 3.0_f64.sqrt() * set[1];
            let [low, high] = [set[0] - reach, set[0] + reach].map(|end| significant(end, 4));
            format!(
                "Your input is uniform from {low} to {high}, so that μ = {mean} and σ = {std}, as \
                 you set them."
            )
        }
        Distribution::Relu => {
            let [set_mean, set_std] = set.map(|value| significant(value, 4));
            format!(
                "Your input comes from a ReLU. What enters dropout has μ = {mean} and σ = {std}, \
                 not the {set_mean} and {set_std} that you set for the normal before it."
            )
        }
        Distribution::Ones => format!(
            "Your input is the constant 1, so that μ = {mean} and σ = {std}, whatever the controls \
             of μ and σ say."
        ),
        Distribution::Custom => format!(
            "Your input is your own data, with μ = {mean} and σ = {std}, whatever the controls of μ \
             and σ say."
        ),
    }
}

fn rule(settings: &Settings) -> String {
    let notation = settings.notation;
    let inverted = match notation {
        Notation::Drop => "division by 1−p",
        Notation::Keep => "division by p",
    };
    let chosen = match settings.scaling {
        Scaling::Inverted => return format!("The rule is {inverted}, which you have chosen."),
        Scaling::None => "no rescaling",
        Scaling::Sqrt => notation.inverse_root(),
        Scaling::Gaussian => "Gaussian dropout",
        Scaling::Alpha => "alpha dropout",
    };
    format!("The rule is {inverted}. You have chosen {chosen}: the figure below shows that.")
}
