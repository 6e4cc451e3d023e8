//! Addresses, proxies and other origins.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use axum::http::HeaderValue;
use clap::Args;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty, split_list};

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct HttpOptions {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "RUNLENS_LISTEN", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Public origin of this server, used in links [default: http://{listen}]
    #[arg(long, global = true, env = "RUNLENS_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Directory with the browser files [default: target/site, here or next to the program]
    #[arg(long, global = true, env = "RUNLENS_SITE_ROOT", value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_root: Option<String>,
    /// Networks of trusted proxies, whose X-Forwarded-For is used, such as `10.0.0.0/8 ::1`
    #[arg(long, global = true, env = "RUNLENS_TRUSTED_PROXIES", value_name = "CIDR…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_proxies: Option<String>,
    /// Origins that may call the API with tokens, such as `https://dashboard.example.org`, or `*` [default: none]
    #[arg(long, global = true, env = "RUNLENS_CORS_ORIGINS", value_name = "ORIGIN…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<String>,
}

impl HttpOptions {
    pub(crate) fn resolve(self) -> Result<HttpConfig, ConfigError> {
        let listen = non_empty(self.listen).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let listen = listen.parse::<SocketAddr>().map_err(|_| {
            ConfigError::value(
                "RUNLENS_LISTEN",
                "must be an address with a port, such as 127.0.0.1:3000",
            )
        })?;
        let configured_url = non_empty(self.public_url);
        let is_default_url = configured_url.is_none();
        let public_url = configured_url.unwrap_or_else(|| default_public_url(listen));
        let public_url = public_url.trim_end_matches('/').to_owned();
        if !is_origin(&public_url) {
            return Err(ConfigError::value(
                "RUNLENS_PUBLIC_URL",
                "must be an origin without a path, such as https://runlens.example.org",
            ));
        }
        Ok(HttpConfig {
            listen,
            public_url,
            is_default_url,
            site_root: non_empty(self.site_root).map_or_else(find_site_root, PathBuf::from),
            trusted_proxies: parse_networks(&non_empty(self.trusted_proxies).unwrap_or_default())?,
            cors_origins: CorsOrigins::parse(&non_empty(self.cors_origins).unwrap_or_default())?,
        })
    }
}

fn default_public_url(listen: SocketAddr) -> String {
    format!("http://{listen}")
}

fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('/')
    })
}

fn parse_networks(list: &str) -> Result<Vec<IpNet>, ConfigError> {
    split_list(list)
        .map(|item| {
            item.parse::<IpNet>()
                .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
        })
        .map(|network| {
            network.map_err(|_| {
                ConfigError::value("RUNLENS_TRUSTED_PROXIES", "must be networks such as 10.0.0.0/8")
            })
        })
        .collect()
}

/// `target/site` in the working directory, or else the build's output next to the program
/// (`target/release/runlens`).
fn find_site_root() -> PathBuf {
    let in_working_directory = PathBuf::from("target/site");
    let next_to_program = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("site"));
    let is_site = |path: &Path| path.join("pkg").is_dir();
    if is_site(&in_working_directory) {
        in_working_directory
    } else {
        next_to_program()
            .filter(|path| is_site(path))
            .unwrap_or(in_working_directory)
    }
}

#[derive(Clone, Debug)]
pub struct HttpConfig {
    pub listen: SocketAddr,
    /// Public origin of this server, without a trailing slash.
    pub public_url: String,
    /// Whether `public_url` is derived from `listen`.
    pub is_default_url: bool,
    /// Directory with the browser files.
    pub site_root: PathBuf,
    /// Proxies whose X-Forwarded-For is used.
    pub trusted_proxies: Vec<IpNet>,
    pub cors_origins: CorsOrigins,
}

impl HttpConfig {
    /// Stores the bound address, which differs from the configured one if that has port 0.
    pub fn set_bound_address(&mut self, address: SocketAddr) {
        self.listen = address;
        if self.is_default_url {
            self.public_url = default_public_url(address);
        }
    }

    /// The build's list of hashed file names; `None` if the browser files have plain names.
    pub fn hash_file(&self) -> Option<PathBuf> {
        let path = std::env::current_exe().ok()?.parent()?.join("hash.txt");
        path.is_file().then_some(path)
    }

    /// Whether clients reach the server over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Other origins whose pages may call the API, with tokens and never with cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CorsOrigins {
    #[default]
    None,
    Any,
    /// As browsers send them in `Origin`.
    List(Vec<HeaderValue>),
}

impl CorsOrigins {
    fn parse(list: &str) -> Result<Self, ConfigError> {
        let error = || {
            ConfigError::value(
                "RUNLENS_CORS_ORIGINS",
                "must be origins such as https://dashboard.example.org, or * alone",
            )
        };
        if list == "*" {
            return Ok(Self::Any);
        }
        let origins = split_list(list).map(|origin| {
            let origin = origin.trim_end_matches('/').to_ascii_lowercase();
            HeaderValue::try_from(&origin)
                .ok()
                .filter(|_| is_origin(&origin) && !origin.contains('*'))
                .ok_or_else(error)
        });
        let origins = origins.collect::<Result<Vec<_>, _>>()?;
        Ok(if origins.is_empty() {
            Self::None
        } else {
            Self::List(origins)
        })
    }

    /// Whether the `Origin` of a request is allowed.
    pub fn allows(&self, origin: Option<&HeaderValue>) -> bool {
        match self {
            Self::None => false,
            Self::Any => origin.is_some(),
            Self::List(origins) => origin.is_some_and(|origin| origins.contains(origin)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpConfig, HttpOptions};

    fn resolve(listen: Option<&str>, public_url: Option<&str>) -> Option<HttpConfig> {
        let options = HttpOptions {
            listen: listen.map(str::to_owned),
            public_url: public_url.map(str::to_owned),
            ..Default::default()
        };
        options.resolve().ok()
    }

    #[test]
    fn public_url_defaults_to_the_listen_address() {
        let public_url = |listen, public_url| resolve(listen, public_url).map(|http| http.public_url);
        assert_eq!(public_url(None, None).as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(
            public_url(Some("[::1]:80"), None).as_deref(),
            Some("http://[::1]:80")
        );
        assert_eq!(
            public_url(None, Some("https://runlens.example.org/")).as_deref(),
            Some("https://runlens.example.org")
        );
        assert_eq!(public_url(None, Some("runlens.example.org")), None);
        assert_eq!(public_url(Some("localhost"), None), None);
    }

    #[test]
    fn bound_address_replaces_the_default_public_url_only() {
        let bound = "127.0.0.1:40123".parse().expect("an address");
        for (configured, expected) in [
            (None, "http://127.0.0.1:40123"),
            (Some("https://runlens.example.org"), "https://runlens.example.org"),
        ] {
            let mut http = resolve(Some("127.0.0.1:0"), configured).expect("settings");
            http.set_bound_address(bound);
            assert_eq!((http.listen, http.public_url.as_str()), (bound, expected));
        }
    }
}
