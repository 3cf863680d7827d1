//! Colours, type and strokes of all figures, in one place.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle,
};

/// Fine units to a CSS pixel.
pub const UNIT: u32 = 8;

/// The fonts of all text, as the page's styles name them for controls and captions.
pub(super) const FAMILY: &str = "Inter, system-ui, \"Segoe UI\", Roboto, sans-serif";

/// CSS pixels in fine units.
pub(super) fn px(css: f64) -> i32 {
    rounded(css * f64::from(UNIT))
}

/// The nearest whole number of units, and ±10⁸ beyond that.
pub(super) fn rounded(units: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is limited: far outside of any figure, but sums of a few do not overflow"
    )]
    let units = units.round().clamp(-1e8, 1e8) as i32;
    units
}

/// The colours of a figure. Before and after are the same blue and orange as in the page's text,
/// formulas and tables; both are from Okabe and Ito's set (2008), the orange darkened, and the blue
/// and the orange lightened on a dark ground, until text in them has a contrast of 4.5:1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    pub(super) paper: RGBColor,
    pub(super) ink: RGBColor,
    pub(super) soft: RGBColor,
    pub(super) line: RGBColor,
    pub(super) before: RGBColor,
    pub(super) after: RGBColor,
}

/// Of the areas under curves.
const AREA_OPACITY: f64 = 0.14;

impl Palette {
    /// Dark on light.
    pub const LIGHT: Self = Self {
        paper: RGBColor(0xfd, 0xfc, 0xfa),
        ink: RGBColor(0x1c, 0x1b, 0x1a),
        soft: RGBColor(0x62, 0x5f, 0x5a),
        line: RGBColor(0xe4, 0xe0, 0xd9),
        before: RGBColor(0x00, 0x72, 0xb2),
        after: RGBColor(0xbd, 0x4a, 0x05),
    };

    /// Light on dark.
    pub const DARK: Self = Self {
        paper: RGBColor(0x15, 0x16, 0x1a),
        ink: RGBColor(0xe9, 0xe6, 0xe0),
        soft: RGBColor(0xa3, 0x9f, 0x97),
        line: RGBColor(0x2f, 0x31, 0x38),
        before: RGBColor(0x62, 0xb6, 0xea),
        after: RGBColor(0xf3, 0x9a, 0x4d),
    };

    /// The colour of an area under a curve of this colour.
    pub(super) fn area(&self, colour: RGBColor) -> RGBAColor {
        colour.mix(AREA_OPACITY)
    }

    /// The colours and what they are called in a style sheet.
    pub(super) fn classes(&self) -> [(&'static str, RGBColor); 5] {
        [
            ("paper", self.paper),
            ("soft", self.soft),
            ("line", self.line),
            ("before", self.before),
            ("after", self.after),
        ]
    }

    /// What a colour is called in a style sheet.
    pub(super) fn class(&self, (red, green, blue): (u8, u8, u8)) -> Option<&'static str> {
        let classes = self.classes().into_iter();
        let named = classes.filter(|(_, colour)| *colour == RGBColor(red, green, blue));
        named.map(|(class, _)| class).next()
    }

    /// A style sheet with these colours.
    pub(super) fn style_sheet(&self) -> String {
        let rules = (self.classes())
            .map(|(class, colour)| format!(".{class}{{color:{}}}", hexadecimal(colour)));
        let ground = format!("svg{{background:{}}}", hexadecimal(self.paper));
        ground + &rules.concat()
    }
}

/// A colour as `#rrggbb`.
pub(super) fn hexadecimal(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A stroke of this width in CSS pixels.
pub(super) fn stroke(colour: impl Color, css: f64) -> ShapeStyle {
    ShapeStyle {
        color: colour.to_rgba(),
        filled: false,
        stroke_width: px(css).unsigned_abs(),
    }
}

/// A filled shape.
pub(super) fn filled(colour: impl Color) -> ShapeStyle {
    ShapeStyle {
        color: colour.to_rgba(),
        filled: true,
        stroke_width: 0,
    }
}

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    /// CSS pixels.
    pub(super) size: f64,
    pub(super) bold: bool,
}

impl Type {
    /// Numbers at ticks.
    pub(super) const TICK: Self = Self {
        size: 12.5,
        bold: false,
    };
    /// Names of axes and curves.
    pub(super) const LABEL: Self = Self {
        size: 13.0,
        bold: false,
    };
    /// What the reader's setting gives.
    pub(super) const VALUE: Self = Self {
        size: 17.0,
        bold: true,
    };

    pub(super) fn style(
        self,
        colour: RGBColor,
        horizontal: HPos,
        vertical: VPos,
    ) -> TextStyle<'static> {
        let style = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        TextStyle {
            font: FontDesc::new(FontFamily::Name(FAMILY), self.size * f64::from(UNIT), style),
            color: colour.to_backend_color(),
            pos: Pos::new(horizontal, vertical),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two colours of a custom property in the page's styles: `--name: light-dark(#…, #…);`.
    fn of_the_page(name: &str) -> [RGBColor; 2] {
        let styles = include_str!("../../www/theme.css");
        let (_, rest) = styles
            .split_once(&format!("--{name}: light-dark("))
            .unwrap_or_else(|| panic!("the page has no {name}"));
        let (colours, _) = rest.split_once(')').expect("the bracket is closed");
        let colours: Vec<_> = colours.split(", ").map(parsed).collect();
        colours.try_into().expect("there are two")
    }

    fn parsed(colour: &str) -> RGBColor {
        let number = u32::from_str_radix(colour.trim_start_matches('#'), 16);
        let [_, red, green, blue] = number.expect("it is hexadecimal").to_be_bytes();
        RGBColor(red, green, blue)
    }

    #[test]
    fn the_figures_have_the_colours_of_the_page() {
        for (name, colour) in [
            ("paper", (|it| it.paper) as fn(Palette) -> RGBColor),
            ("soft", |it| it.soft),
            ("line", |it| it.line),
            ("before", |it| it.before),
            ("after", |it| it.after),
        ] {
            let figures = [Palette::LIGHT, Palette::DARK].map(colour);
            assert_eq!(figures, of_the_page(name), "{name}");
        }
    }
}
