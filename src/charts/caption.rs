//! What stands below a picture that is taken away: what it shows, and with which settings.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBColor, TextStyle};

use super::plane::Outcome;
use super::style::{Palette, Type, px};

/// CSS pixels: from one line to the next; and beside and below the lines.
const LINE: u32 = 18;
const EDGE: u32 = 16;
/// Below the figure.
const GAP: u32 = 8;

/// Fills an area with the colour of the page.
///
/// # Errors
/// Those of the backend.
pub fn draw_paper<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    palette: &Palette,
) -> Outcome<DB> {
    area.fill(&palette.paper)
}

/// A caption, set in lines for a picture of some width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// Each line, and whether it belongs to what the picture shows, not to its settings.
    lines: Vec<(String, bool)>,
}

impl Caption {
    /// Sets what a picture shows, and its settings, in lines that fit into this area.
    ///
    /// # Errors
    /// Those of the backend, which measures the words.
    pub fn new<DB: DrawingBackend>(
        area: &DrawingArea<DB, Shift>,
        shows: &str,
        settings: &str,
    ) -> Result<Self, plotters::drawing::DrawingAreaErrorKind<DB::ErrorType>> {
        let (width, _) = area.dim_in_pixel();
        let room = width.saturating_sub(px(f64::from(2 * EDGE)).unsigned_abs());
        let mut lines = Vec::new();
        for (text, is_main) in [(shows, true), (settings, false)] {
            let style = style(Palette::LIGHT.ink, is_main);
            let mut line = String::new();
            for word in text.split(' ') {
                let longer = if line.is_empty() {
                    word.to_owned()
                } else {
                    format!("{line} {word}")
                };
                if !line.is_empty() && area.estimate_text_size(&longer, &style)?.0 > room {
                    lines.push((std::mem::replace(&mut line, word.to_owned()), is_main));
                } else {
                    line = longer;
                }
            }
            lines.push((line, is_main));
        }
        Ok(Self { lines })
    }

    /// How high it is, in CSS pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        lines.saturating_mul(LINE).saturating_add(GAP + EDGE)
    }

    /// Draws it from the top of an area on.
    ///
    /// # Errors
    /// Those of the backend.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        palette: &Palette,
    ) -> Outcome<DB> {
        let mut middle = GAP + LINE / 2;
        for (line, is_main) in &self.lines {
            let colour = if *is_main { palette.ink } else { palette.soft };
            let at = (px(f64::from(EDGE)), px(f64::from(middle)));
            area.draw_text(line, &style(colour, *is_main), at)?;
            middle += LINE;
        }
        Ok(())
    }
}

fn style(colour: RGBColor, is_main: bool) -> TextStyle<'static> {
    let kind = if is_main { Type::LABEL } else { Type::TICK };
    kind.style(colour, HPos::Left, VPos::Center)
}
