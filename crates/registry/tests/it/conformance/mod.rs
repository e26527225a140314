//! The contract of `RegistryAdapter`, for every adapter on every server: what it must answer and
//! which requests it may make for that, to the last one.

mod servers;
mod suite;

use roadstead_testkit::Distribution;
use servers::{RealDocker, ScriptedDocker};

#[tokio::test]
async fn peer_docker_docker_adapter_on_a_real_open_registry_keeps_the_contract() {
    suite::run(RealDocker::open(Distribution::Two).await).await;
}

#[tokio::test]
async fn peer_docker_docker_adapter_on_a_real_registry_with_passwords_keeps_the_contract() {
    suite::run(RealDocker::basic(Distribution::Two).await).await;
}

#[tokio::test]
async fn peer_docker_docker_adapter_on_a_real_registry_with_tokens_keeps_the_contract() {
    suite::run(RealDocker::token(Distribution::Two).await).await;
}

#[tokio::test]
async fn peer_docker_docker_adapter_on_a_real_registry_with_an_own_ca_keeps_the_contract() {
    suite::run(RealDocker::tls(Distribution::Two).await).await;
}

#[tokio::test]
async fn peer_distribution3_docker_adapter_on_a_real_open_registry_keeps_the_contract() {
    suite::run(RealDocker::open(Distribution::Three).await).await;
}

#[tokio::test]
async fn peer_distribution3_docker_adapter_on_a_real_registry_with_passwords_keeps_the_contract() {
    suite::run(RealDocker::basic(Distribution::Three).await).await;
}

#[tokio::test]
async fn peer_distribution3_docker_adapter_on_a_real_registry_with_tokens_keeps_the_contract() {
    suite::run(RealDocker::token(Distribution::Three).await).await;
}

#[tokio::test]
async fn peer_distribution3_docker_adapter_on_a_real_registry_with_an_own_ca_keeps_the_contract() {
    suite::run(RealDocker::tls(Distribution::Three).await).await;
}

#[tokio::test]
async fn docker_adapter_on_a_scripted_registry_keeps_the_contract() {
    suite::run(ScriptedDocker::start().await).await;
}
