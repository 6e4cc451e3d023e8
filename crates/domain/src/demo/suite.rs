//! The suite: 240 regression tests of 180 samples in 12 categories.

use super::{captions::Content, scripts::SCRIPTS, seeded_rng::SeededRng};

/// A category with the numbers of its samples and tests.
struct Group {
    name: &'static str,
    description: &'static str,
    tests: usize,
    samples: usize,
    containers: &'static [&'static str],
    commands: &'static [&'static str],
}

const GROUPS: [Group; 12] = [
    Group {
        name: "DVB teletext",
        description: "Teletext pages in European broadcasts",
        tests: 22,
        samples: 16,
        containers: &["ts", "ts", "mpg"],
        commands: &[
            "-autoprogram -out=srt -teletext -tpage 398",
            "-autoprogram -out=ttxt -teletext -datets",
            "-teletext -tpage 888 -out=vtt",
            "-out=srt -teletext -tpage 150 -utf8",
        ],
    },
    Group {
        name: "DVB subtitles",
        description: "Bitmap subtitles of DVB broadcasts, read by OCR",
        tests: 26,
        samples: 20,
        containers: &["ts", "ts", "mkv"],
        commands: &[
            "-autoprogram -out=srt -dvblang eng",
            "-codec dvbsub -out=spupng",
            "-autoprogram -out=ttxt -latin1",
            "-codec dvbsub -out=srt -ocrlang deu",
        ],
    },
    Group {
        name: "CEA-608",
        description: "Line 21 captions: pop-on, roll-up and paint-on",
        tests: 40,
        samples: 30,
        containers: &["mpg", "ts", "mpg", "mp4"],
        commands: &[
            "-autoprogram -out=srt -latin1",
            "--no-rollup -out=srt",
            "-out=ttxt -latin1 -12",
            "-autoprogram -out=ttxt -ucla -datets",
            "-out=vtt -1",
            "-out=srt -2 --no-typesetting",
        ],
    },
    Group {
        name: "CEA-708",
        description: "Digital captions with services",
        tests: 22,
        samples: 17,
        containers: &["ts", "mpg"],
        commands: &[
            "--service 1 -out=srt",
            "--service 1[EUC-KR] -out=txt",
            "--service 1,2[UTF-8] -out=srt",
            "--service all[UTF-8] -out=ttxt",
        ],
    },
    Group {
        name: "WTV",
        description: "Recordings of Windows Media Center",
        tests: 16,
        samples: 12,
        containers: &["wtv", "wtv", "dvr-ms"],
        commands: &[
            "-autoprogram -out=srt -latin1",
            "-wtvconvertfix -out=srt",
            "-out=ttxt -datets -wtvmpeg2",
        ],
    },
    Group {
        name: "MP4",
        description: "Captions in MP4 files: cc tracks, tx3g and subpictures",
        tests: 18,
        samples: 13,
        containers: &["mp4", "mp4", "m4v"],
        commands: &[
            "-out=srt",
            "-mp4vidtrack -out=srt -utf8",
            "-out=vtt",
            "-in=mp4 -out=ttxt -datets",
        ],
    },
    Group {
        name: "DVD VOB",
        description: "Captions and subpictures of DVDs",
        tests: 12,
        samples: 9,
        containers: &["vob"],
        commands: &[
            "-in=ps -out=srt",
            "-out=spupng",
            "-in=ps -autoprogram -out=ttxt -latin1",
        ],
    },
    Group {
        name: "XDS",
        description: "Extended data services: titles, ratings, networks",
        tests: 10,
        samples: 8,
        containers: &["mpg", "ts"],
        commands: &["-out=ttxt -xds", "-autoprogram -out=txt -xds -latin1"],
    },
    Group {
        name: "Hauppauge",
        description: "Recordings of Hauppauge capture cards",
        tests: 8,
        samples: 6,
        containers: &["ts", "mpg"],
        commands: &["--hauppauge -out=srt", "--hauppauge -out=ttxt -datets"],
    },
    Group {
        name: "Hardsubx/OCR",
        description: "Subtitles burned into the picture",
        tests: 14,
        samples: 10,
        containers: &["mp4", "mkv"],
        commands: &[
            "-hardsubx -ocr_mode frame -subcolor white -out=srt",
            "-hardsubx -subcolor yellow -min_sub_duration 0.5 -out=srt",
            "-hardsubx -detect_italics -out=vtt",
        ],
    },
    Group {
        name: "General",
        description: "Everyday recordings without a category of their own",
        tests: 30,
        samples: 22,
        containers: &["ts", "mpg", "mp4", "mkv", "dvr-ms"],
        commands: &[
            "-autoprogram -out=srt -latin1",
            "-autoprogram -out=ttxt -latin1",
            "-out=srt -goppts",
            "-out=txt -autoprogram",
            "-out=vtt -autoprogram -utf8",
        ],
    },
    Group {
        name: "Options",
        description: "Command line options, one by one",
        tests: 22,
        samples: 17,
        containers: &["ts", "mpg", "mkv"],
        commands: &[
            "-stdout -quiet -out=srt",
            "-datets -out=ttxt",
            "-out=srt -trim -nofc",
            "-out=srt -delay -5000",
            "-out=txt -noteletext -startat 00:01",
            "-out=vtt -sc -lf",
        ],
    },
];

/// Names of invented TV stations.
const STATIONS: [&str; 12] = [
    "harbor-tv",
    "channel-9",
    "northline",
    "rtv-sur",
    "canal-oeste",
    "metro",
    "prairie-pbs",
    "lakeside",
    "orbit",
    "tele-costa",
    "fjord-en",
    "kwxt",
];

#[derive(Debug)]
pub(super) struct Sample {
    pub(super) id: i32,
    pub(super) sha: String,
    pub(super) extension: &'static str,
    pub(super) name: String,
    script: usize,
}

#[derive(Debug)]
pub(super) struct Output {
    pub(super) id: i32,
    pub(super) content: Content,
    pub(super) filename: String,
    pub(super) is_ignored: bool,
    pub(super) has_accepted_variant: bool,
}

#[derive(Debug)]
pub(super) struct Test {
    pub(super) id: i32,
    pub(super) sample: usize,
    pub(super) command: String,
    pub(super) input_type: &'static str,
    pub(super) output_type: &'static str,
    pub(super) expected_rc: i32,
    pub(super) is_active: bool,
    pub(super) description: Option<String>,
    pub(super) categories: Vec<i32>,
    pub(super) outputs: Vec<Output>,
    /// Typical duration.
    pub(super) runtime_ms: i64,
}

impl Test {
    /// Returns the outputs that must be produced.
    pub(super) fn required(&self) -> impl Iterator<Item = &Output> {
        self.outputs.iter().filter(|output| !output.is_ignored)
    }
}

#[derive(Debug)]
pub(super) struct Suite {
    pub(super) categories: Vec<(i32, &'static str, &'static str)>,
    pub(super) samples: Vec<Sample>,
    pub(super) tests: Vec<Test>,
}

impl Suite {
    /// Generates the suite of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let categories = (1..)
            .zip(&GROUPS)
            .map(|(id, group)| (id, group.name, group.description))
            .collect();
        let mut suite = Self {
            categories,
            samples: Vec::new(),
            tests: Vec::new(),
        };
        let mut next_output = 1;
        for (category, group) in (1..).zip(&GROUPS) {
            let first = suite.samples.len();
            for _ in 0..group.samples {
                let sample = new_sample(seed, suite.samples.len(), group);
                suite.samples.push(sample);
            }
            for index in 0..group.tests {
                let sample = first + index % group.samples;
                let test = new_test(
                    seed,
                    suite.tests.len(),
                    category,
                    index,
                    group,
                    sample,
                    &suite.samples[sample],
                    &mut next_output,
                );
                suite.tests.push(test);
            }
        }
        suite
    }

    pub(super) fn sample_of(&self, test: &Test) -> &Sample {
        &self.samples[test.sample]
    }
}

fn new_sample(seed: u64, index: usize, group: &Group) -> Sample {
    let mut rng = SeededRng::new(&[seed, 1, index as u64]);
    let script = rng.index(SCRIPTS.len());
    let extension = rng.pick(group.containers);
    let name = format!(
        "{}_{}_{:03}.{extension}",
        rng.pick(&STATIONS),
        SCRIPTS[script].slug,
        index + 1
    );
    Sample {
        id: index as i32 + 1,
        sha: rng.hex(64),
        extension,
        name,
        script,
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "called once, and the arguments are unrelated"
)]
fn new_test(
    seed: u64,
    number: usize,
    category: i32,
    index: usize,
    group: &Group,
    sample: usize,
    media: &Sample,
    next_output: &mut i32,
) -> Test {
    let mut rng = SeededRng::new(&[seed, 2, number as u64]);
    let id = number as i32 + 1;
    let mut command = group.commands[index % group.commands.len()].to_owned();
    // For samples without captions the program exits with 10 and writes nothing.
    let is_without_captions = number % 29 == 17;
    let expected_rc = if is_without_captions { 10 } else { 0 };
    let count = match number {
        _ if is_without_captions => 0,
        n if n % 23 == 3 => 3,
        n if n % 6 == 1 => 2,
        _ => 1,
    };
    if count > 1 && !command.contains("--service") {
        command = command.replace("-autoprogram", "-multiprogram");
    }
    let stem = media
        .name
        .rsplit_once('.')
        .map_or(media.name.as_str(), |(stem, _)| stem);
    let extension = output_extension(&command);
    let outputs = (0..count)
        .map(|position| {
            let id = *next_output;
            *next_output += 1;
            Output {
                id,
                content: Content {
                    seed: rng.next_u64(),
                    script: media.script,
                    extension,
                    is_latin1: command.contains("-latin1") && extension != ".xml",
                },
                filename: if position == 0 {
                    String::new()
                } else {
                    format!("{stem}_{}", position + 1)
                },
                is_ignored: position > 0 && number % 5 == 2,
                has_accepted_variant: number % 11 == 4 && position == 0,
            }
        })
        .collect();
    let mut categories = vec![category];
    match number {
        n if n % 40 == 39 => categories.clear(),
        n if n % 9 == 6 => categories.push(category % GROUPS.len() as i32 + 1),
        _ => {}
    }
    Test {
        id,
        sample,
        input_type: if command.contains("-in=") && number.is_multiple_of(4) {
            "stdin"
        } else {
            "file"
        },
        output_type: match count {
            0 => "null",
            _ if command.contains("-stdout") => "stdout",
            _ if command.contains("--service") => "cea708",
            2.. => "multiprogram",
            _ => "file",
        },
        command,
        expected_rc,
        is_active: number % 27 != 13,
        description: number
            .is_multiple_of(3)
            .then(|| format!("{}: {}", group.name, group.description.to_lowercase())),
        categories,
        outputs,
        runtime_ms: rng.between(250, 2_400)
            + if rng.chance(12) {
                rng.between(4_000, 26_000)
            } else {
                0
            },
    }
}

/// Returns the extension of the output files of a command.
fn output_extension(command: &str) -> &'static str {
    [
        ("-out=ttxt", ".ttxt"),
        ("-out=vtt", ".vtt"),
        ("-out=spupng", ".xml"),
        ("-out=txt", ".txt"),
    ]
    .into_iter()
    .find_map(|(option, extension)| command.contains(option).then_some(extension))
    .unwrap_or(".srt")
}
