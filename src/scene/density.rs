//! The figure of the densities before and after dropout.

use super::format::{decimals_for, fixed, share, significant};
use super::readout::{Cursor, Readable, Reading, Table, round_places};
use super::symbol::Symbol;
use crate::sampling::{Estimate, Histogram, Range};
use crate::settings::{DropProbability, Input, Scaling, Settings};
use crate::theory::{Atom, Density, Exact, Moments};

/// What the density figure shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityFigure {
    /// The activations shown.
    pub range: Range,
    /// The highest density shown; above it, curves are cut off.
    pub top: f64,
    /// Of x.
    pub before: PlottedDensity,
    /// Of d.
    pub after: PlottedDensity,
    /// Where the reader points.
    pub cursor: Option<Cursor>,
    /// What is lit up: for σ the bars of one standard deviation, for μ the means in their middle, for p
    /// the stems of what is dropped.
    pub highlight: Option<Symbol>,
    /// What the figure shows, in words.
    pub summary: String,
    of: (Input, DropProbability, Scaling),
}

/// One distribution of the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct PlottedDensity {
    /// The density's continuous part: (activation, density), from left to right.
    pub curve: Vec<(f64, f64)>,
    /// Values with a probability of their own.
    pub atoms: Vec<LabelledAtom>,
    /// From one standard deviation below the mean to one above it.
    pub span: (f64, f64),
    /// A run's histogram: (middle of the bin, height); empty before a run.
    pub histogram: Vec<(f64, f64)>,
    /// Its name and standard deviation.
    pub label: String,
    name: &'static str,
}

/// An atom and the words at its stem.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledAtom {
    /// The value.
    pub location: f64,
    /// Its probability.
    pub mass: f64,
    /// What the stem's label says.
    pub label: String,
}

impl DensityFigure {
    pub(super) fn new(settings: &Settings, exact: &Exact, estimate: Option<&Estimate>) -> Self {
        let (input, p, scaling) = (&settings.input, settings.drop_probability, settings.scaling);
        let range = Range::of(input, p, scaling);
        let densities = [Density::before(input), Density::after(input, p, scaling)];
        let before = PlottedDensity::new(
            "before",
            &densities[0],
            &exact.x,
            range,
            estimate.map(Estimate::before),
        );
        let after = PlottedDensity::new(
            "after",
            &densities[1],
            &exact.d,
            range,
            estimate.map(Estimate::after),
        );
        // d may be unbounded (Gaussian dropout) or far more narrow than x: x sets the scale, and d
        // only where x has no density.
        let top = highest(&before.curve)
            .or_else(|| highest(&after.curve))
            .unwrap_or(1.0);
        let summary = summary(exact, &after);
        Self {
            range,
            top,
            before,
            after,
            cursor: None,
            highlight: None,
            summary,
            of: (input.clone(), p, scaling),
        }
    }

    fn both(&self) -> [&PlottedDensity; 2] {
        [&self.before, &self.after]
    }

    fn densities(&self) -> [Density; 2] {
        let (input, p, scaling) = &self.of;
        [Density::before(input), Density::after(input, *p, *scaling)]
    }

    /// Round activations, at most so many, and the atoms.
    fn activations(&self, most: f64) -> Vec<f64> {
        let (low, high) = (self.range.low, self.range.high);
        let mut places = round_places((low, high), most);
        for it in self.both() {
            for atom in &it.atoms {
                let index = places.partition_point(|place| *place < atom.location);
                if (low..=high).contains(&atom.location)
                    && places.get(index) != Some(&atom.location)
                {
                    places.insert(index, atom.location);
                }
            }
        }
        places
    }

    /// A density as text: all of a figure with the same number of decimals.
    fn text(&self, density: f64) -> String {
        if density.is_finite() {
            fixed(density, 2 + decimals_for(self.top))
        } else {
            "unbounded".to_owned()
        }
    }
}

impl Readable for DensityFigure {
    fn summary(&self) -> &str {
        &self.summary
    }

    fn places(&self) -> Vec<f64> {
        self.activations(160.0)
    }

    fn point_at(&mut self, place: Option<f64>) {
        self.cursor = place.map(|place| {
            let [before, after] = self.densities();
            let reading = |it: &PlottedDensity, density: &Density| Reading {
                value: density.at(place),
                lines: vec![
                    format!("{} {}", it.name, self.text(density.at(place))),
                    format!("{} to here", share_up_to(density, place)),
                ],
            };
            let (before, after) = (reading(&self.before, &before), reading(&self.after, &after));
            let label = significant(place, 4);
            let mut words = format!(
                "Activation {label}. Density {}, {}. Of the units, {} before and {} after.",
                before.lines[0], after.lines[0], before.lines[1], after.lines[1]
            );
            for it in self.both() {
                for atom in it.atoms.iter().filter(|atom| atom.location == place) {
                    words.extend([" Of those ", it.name, ", ", &atom.label, "."]);
                }
            }
            Cursor {
                place,
                label,
                readings: vec![before, after],
                words,
            }
        });
    }

    fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    fn table(&self) -> Table {
        let densities = self.densities();
        let has_atoms = self.both().iter().any(|it| !it.atoms.is_empty());
        let mut columns = vec!["activation", "density before", "density after"];
        if has_atoms {
            columns.extend(["exactly there before", "exactly there after"]);
        }
        columns.extend(["up to it before", "up to it after"]);
        let mut cells = Vec::new();
        for place in self.activations(20.0) {
            cells.push(significant(place, 4));
            for density in &densities {
                cells.push(self.text(density.at(place)));
            }
            for density in self.both().into_iter().filter(|_| has_atoms) {
                let atom = density.atoms.iter().find(|atom| atom.location == place);
                cells.push(share(atom.map_or(0.0, |atom| atom.mass)));
            }
            for density in &densities {
                cells.push(share_up_to(density, place));
            }
        }
        Table {
            caption: "Density of the activations, and the share of the units up to each".to_owned(),
            columns,
            cells,
        }
    }
}

impl PlottedDensity {
    fn new(
        name: &'static str,
        density: &Density,
        moments: &Moments,
        range: Range,
        histogram: Option<&Histogram>,
    ) -> Self {
        let std = moments.standard_deviation();
        Self {
            curve: curve(density, range),
            atoms: density.atoms().iter().map(LabelledAtom::new).collect(),
            span: (moments.mean - std, moments.mean + std),
            histogram: histogram.map(points).unwrap_or_default(),
            label: format!("{name}, std {}", significant_std(std)),
            name,
        }
    }
}

impl LabelledAtom {
    pub(super) fn new(atom: &Atom) -> Self {
        let (location, mass) = (atom.location, atom.mass);
        let value = if location == 0.0 {
            "exactly 0".to_owned()
        } else {
            significant(location, 3)
        };
        Self {
            location,
            mass,
            label: format!("{} are {value}", share(mass)),
        }
    }
}

/// The density at points close enough for a smooth line, with vertical edges where it jumps. Where
/// it is infinite, at 0 after Gaussian dropout, it is the largest number, so that lines can be cut.
pub(super) fn curve(density: &Density, range: Range) -> Vec<(f64, f64)> {
    const STEPS: u32 = 192;
    if density.continuous_mass() == 0.0 {
        return Vec::new();
    }
    let at = |t: f64| (t, density.at(t).min(f64::MAX));
    let step = range.width() / f64::from(STEPS);
    let mut points: Vec<_> = (0..=STEPS)
        .map(|index| range.low + step * f64::from(index))
        .map(at)
        .collect();
    let mut insert = |t: f64| {
        let index = points.partition_point(|(other, _)| *other < t);
        points.insert(index, at(t));
    };
    // Between two of the points, a narrow hump would be lost.
    if let Some((mean, std)) = density.hump().filter(|it| it.1 < 4.0 * step) {
        (-20..=20)
            .map(|quarters| mean + 0.25 * std * f64::from(quarters))
            .filter(|t| (range.low..=range.high).contains(t))
            .for_each(&mut insert);
    }
    for &jump in density.breakpoints() {
        let nudge = 1e-9 * range.width();
        insert(jump - nudge);
        insert(jump + nudge);
    }
    points
}

pub(super) fn highest(curve: &[(f64, f64)]) -> Option<f64> {
    curve.iter().map(|(_, density)| *density).reduce(f64::max)
}

fn points(histogram: &Histogram) -> Vec<(f64, f64)> {
    let Range { low, .. } = histogram.range();
    let heights = histogram.heights();
    #[expect(clippy::cast_precision_loss, reason = "fewer than 100 bins")]
    let width = histogram.range().width() / heights.len() as f64;
    let mut middle = low - width / 2.0;
    heights
        .map(|height| {
            middle += width;
            (middle, height)
        })
        .collect()
}

fn share_up_to(density: &Density, place: f64) -> String {
    format!("{} %", fixed(100.0 * density.up_to(place), 1))
}

pub(super) fn significant_std(std: f64) -> String {
    if (0.095..1000.0).contains(&std) {
        fixed(std, 2)
    } else {
        significant(std, 3)
    }
}

fn summary(exact: &Exact, after: &PlottedDensity) -> String {
    let moments = |moments: &Moments| {
        format!(
            "mean {} and standard deviation {}",
            significant(moments.mean, 4),
            significant(moments.standard_deviation(), 4)
        )
    };
    let atoms: Vec<_> = after.atoms.iter().map(|atom| atom.label.as_str()).collect();
    let atoms = if atoms.is_empty() {
        "none has a value with a probability of its own".to_owned()
    } else {
        atoms.join(", ")
    };
    format!(
        "Density of the activations. Before dropout they have {}; after it {}, and {atoms}.",
        moments(&exact.x),
        moments(&exact.d)
    )
}
