//! The variance before and after dropout as bars, the second stacked from what it is made of, and
//! the standard deviations.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{Color, RGBColor};

use super::plane::{Margins, Outcome, Plane, x_at};
use super::style::{Palette, Type, filled, px, stroke};
use crate::scene::{Symbol, VarianceFigure};

const MARGINS: Margins = Margins {
    left: 4.0,
    right: 4.0,
    top: 0.0,
    bottom: 0.0,
};

/// From the figure's top, in CSS pixels: the middle of a bar's name, and the bar's top and foot.
type Row = (f64, f64, f64);
const BEFORE: Row = (14.0, 25.0, 45.0);
const AFTER: Row = (66.0, 77.0, 109.0);
const BEFORE_STD: Row = (184.0, 194.0, 200.0);
const AFTER_STD: Row = (218.0, 228.0, 234.0);

/// Where the names and values of the parts are, below their bar.
const PART_NAMES: f64 = 131.0;
const PART_VALUES: f64 = 148.0;

/// Draws the figure on the whole of `area`, which is measured in fine units.
///
/// # Errors
/// Those of the backend.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &VarianceFigure,
    palette: &Palette,
) -> Outcome<DB> {
    let mut bars = Bars {
        plane: Plane::new(area, palette, MARGINS, (0.0, 1.0), (0.0, 1.0)),
        longest: longest_variance(figure),
    };
    let (blue, orange) = (palette.before, palette.after);
    let lit = |symbols: &[Symbol]| figure.highlight.is_some_and(|it| symbols.contains(&it));
    let [x_name, d_name, x_std_name, d_std_name] = &figure.labels;

    bars.name(BEFORE, x_name, blue)?;
    let sigma = lit(&[Symbol::StandardDeviation]);
    bars.bar(BEFORE, (0.0, figure.before), blue, 1.0, sigma)?;

    bars.name(AFTER, d_name, orange)?;
    let styles = [
        (blue, 1.0, sigma),
        (
            orange,
            1.0,
            lit(&[Symbol::StandardDeviation, Symbol::Probability]),
        ),
        (
            orange,
            0.5,
            lit(&[Symbol::Mean, Symbol::Extra, Symbol::Probability]),
        ),
    ];
    let mut start = 0.0;
    let mut middles = [0.0; 3];
    for ((part, middle), (colour, strength, lit)) in
        figure.parts.iter().zip(&mut middles).zip(styles)
    {
        let end = start + part.value;
        *middle = 0.5 * (start + end);
        let cursor = figure.cursor.as_ref().map(|cursor| cursor.place);
        let pointed = cursor.is_some_and(|place| start < place && place < end);
        bars.bar(AFTER, (start, end), colour, strength, lit || pointed)?;
        start = end;
    }
    let (_, top, foot) = AFTER;
    let x = bars.x(figure.before);
    let had = [(x, px(top - 4.0)), (x, px(foot + 4.0))];
    bars.plane.dashed_line(had, stroke(palette.soft, 1.5))?;
    bars.parts(figure, middles)?;

    let (x_std, d_std) = figure.standard_deviations;
    bars.longest = longest(x_std, d_std);
    bars.name(BEFORE_STD, x_std_name, blue)?;
    bars.bar(BEFORE_STD, (0.0, x_std), blue, 1.0, sigma)?;
    bars.name(AFTER_STD, d_std_name, orange)?;
    bars.bar(AFTER_STD, (0.0, d_std), orange, 1.0, false)
}

/// The variance at a distance in CSS pixels from the left edge of a figure of this width.
#[must_use]
pub fn variance_at(figure: &VarianceFigure, css_x: f64, css_width: u32) -> f64 {
    x_at(MARGINS, (0.0, longest_variance(figure)), css_x, css_width)
}

fn longest_variance(figure: &VarianceFigure) -> f64 {
    longest(figure.before, figure.after())
}

/// The longer of two bars' values; 1 where there is none.
fn longest(a: f64, b: f64) -> f64 {
    let longest = a.max(b);
    if longest > 0.0 { longest } else { 1.0 }
}

struct Bars<'a, DB: DrawingBackend> {
    plane: Plane<'a, DB>,
    /// The value of a bar that is as long as the figure is wide.
    longest: f64,
}

impl<DB: DrawingBackend> Bars<'_, DB> {
    fn x(&self, value: f64) -> i32 {
        self.plane.place((value / self.longest, 0.0)).0
    }

    fn name(&mut self, (middle, _, _): Row, name: &str, colour: RGBColor) -> Outcome<DB> {
        let at = (self.x(0.0), px(middle));
        let (left, centre) = (HPos::Left, VPos::Center);
        self.plane
            .write(name, at, Type::LABEL, colour, left, centre)
    }

    fn bar(
        &self,
        (_, top, foot): Row,
        (start, end): (f64, f64),
        colour: RGBColor,
        strength: f64,
        lit: bool,
    ) -> Outcome<DB> {
        let (left, right) = (self.x(start), self.x(end));
        if left == right {
            return Ok(());
        }
        let [top, foot] = [top, foot].map(px);
        let corners = [(left, top), (right, top), (right, foot), (left, foot)];
        self.plane.polygon(&corners, filled(colour.mix(strength)))?;
        if lit {
            let outline = [corners[0], corners[1], corners[2], corners[3], corners[0]];
            self.plane
                .line(&outline, stroke(self.plane.palette.soft, 3.0))?;
        }
        Ok(())
    }

    /// The names and values of the parts, each as near to its part as the others leave room for, and
    /// a line from one to the other.
    fn parts(&mut self, figure: &VarianceFigure, middles: [f64; 3]) -> Outcome<DB> {
        let palette = self.plane.palette;
        let colours = [palette.before, palette.after, palette.after];
        let gap = px(12.0);
        let widths = figure.parts.each_ref().map(|part| {
            if part.value > 0.0 {
                let width = |text| self.plane.width(text, Type::LABEL);
                width(part.name).max(width(&part.text)) + gap
            } else {
                0
            }
        });
        let targets = middles.map(|middle| self.x(middle));
        // From left to right each is pushed out of the way of the one before, then from right to
        // left out of that of the edge: their order stays, so that the lines don't cross.
        let mut lefts = [0; 3];
        let mut free = self.x(0.0);
        for part in 0..3 {
            lefts[part] = (targets[part] - widths[part] / 2).max(free);
            free = lefts[part] + widths[part];
        }
        let mut limit = self.x(self.longest) + gap;
        for part in (0..3).rev() {
            lefts[part] = lefts[part].min(limit - widths[part]);
            limit = lefts[part];
        }
        for (index, part) in figure.parts.iter().enumerate() {
            if part.value <= 0.0 {
                continue;
            }
            let (left, colour) = (lefts[index], colours[index]);
            let text_end = left + widths[index] - gap;
            let near = targets[index].clamp(left, text_end);
            let leader = [
                (targets[index], px(AFTER.2 + 3.0)),
                (near, px(PART_NAMES - 9.0)),
            ];
            self.plane.line(&leader, stroke(palette.soft, 1.0))?;
            for (text, middle) in [(part.name, PART_NAMES), (part.text.as_str(), PART_VALUES)] {
                let at = (left, px(middle));
                let (left, centre) = (HPos::Left, VPos::Center);
                self.plane
                    .write(text, at, Type::LABEL, colour, left, centre)?;
            }
        }
        Ok(())
    }
}
