//! Colours, type and strokes of all figures, in one place.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle,
};

/// Fine units to a CSS pixel.
pub const UNIT: u32 = 8;

/// CSS pixels in fine units.
pub(super) fn px(css: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no figure is 10⁸ pixels wide, and the cast saturates"
    )]
    let units = (css * f64::from(UNIT)).round() as i32;
    units
}

/// The colours of a figure. Before and after are the same blue and orange as in the page's text,
/// formulas and tables; both are from Okabe and Ito's set (2008), the orange darkened, and the blue
/// and the orange lightened on a dark ground, until text in them has a contrast of 4.5:1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    pub(super) paper: RGBColor,
    pub(super) soft: RGBColor,
    pub(super) line: RGBColor,
    pub(super) before: RGBColor,
    pub(super) after: RGBColor,
    fill_opacity: f64,
}

impl Palette {
    /// Dark on light.
    pub const LIGHT: Self = Self {
        paper: RGBColor(0xfd, 0xfc, 0xfa),
        soft: RGBColor(0x62, 0x5f, 0x5a),
        line: RGBColor(0xe4, 0xe0, 0xd9),
        before: RGBColor(0x00, 0x72, 0xb2),
        after: RGBColor(0xc2, 0x4d, 0x0a),
        fill_opacity: 0.12,
    };

    /// Light on dark.
    pub const DARK: Self = Self {
        paper: RGBColor(0x15, 0x16, 0x1a),
        soft: RGBColor(0xa3, 0x9f, 0x97),
        line: RGBColor(0x2f, 0x31, 0x38),
        before: RGBColor(0x62, 0xb6, 0xea),
        after: RGBColor(0xf3, 0x9a, 0x4d),
        fill_opacity: 0.16,
    };

    /// The colour of an area under a curve of this colour.
    pub(super) fn area(&self, colour: RGBColor) -> RGBAColor {
        colour.mix(self.fill_opacity)
    }
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
        const FAMILY: FontFamily<'static> =
            FontFamily::Name("Inter, system-ui, \"Segoe UI\", Roboto, sans-serif");
        let style = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        TextStyle {
            font: FontDesc::new(FAMILY, self.size * f64::from(UNIT), style),
            color: colour.to_backend_color(),
            pos: Pos::new(horizontal, vertical),
        }
    }
}
