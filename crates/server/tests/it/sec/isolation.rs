//! Tenants do not learn of each other: random worlds, random requests, and for each answer a look
//! for anything that belongs to somebody else. What somebody may see is said here once more, by the
//! words of the product and not by the rule that is tested.

use crate::cast::{Cast, id};
use crate::people::in_days;
use crate::raw;
use futures::StreamExt as _;
use roadstead_testkit::{Answer, Api, Method};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const WORKSPACES: usize = 40;
const PEOPLE: usize = 60;
const CASES: usize = 2_000;
const BOUND: Duration = Duration::from_secs(60);
const SEED: &str = "ROADSTEAD_TEST_SEED";

/// Numbers that come again with their seed (splitmix64).
struct Dice(u64);

impl Dice {
    /// By the environment, or by the clock.
    fn new() -> (Self, u64) {
        let given = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seed = given.unwrap_or_else(|| now.map_or(1, |now| now.as_secs()));
        (Self(seed), seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("small")
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// A name that is part of no other text.
    fn name(&mut self, kind: &str) -> String {
        format!("{kind}-{:016x}", self.next())
    }
}

/// Something with an id and a name.
#[derive(Clone)]
struct Thing {
    id: String,
    name: String,
}

struct Workspace {
    own: Thing,
    registry: Thing,
    machine: Thing,
    token: Thing,
    /// Who was ever a member: the log of the workspace goes on naming them.
    ever: BTreeSet<usize>,
}

struct Person {
    own: Thing,
    api: Api,
    /// `admin`, `auditor` or none.
    platform: Option<&'static str>,
    /// Role by workspace.
    roles: BTreeMap<usize, &'static str>,
    /// What they typed into what the log keeps of themselves.
    typed: BTreeSet<String>,
    /// The ids they asked for and were refused: they stand in their own audit entries, and nowhere
    /// else.
    refused: BTreeSet<String>,
}

struct World {
    cast: Cast,
    workspaces: Vec<Workspace>,
    people: Vec<Person>,
    platform_registry: Thing,
}

const ROLES: [&str; 3] = ["viewer", "editor", "admin"];

impl World {
    async fn make(dice: &mut Dice) -> Self {
        let cast = Cast::start().await;
        let padmin = &cast.padmin;
        let mut workspaces = Vec::new();
        for _ in 0..WORKSPACES {
            workspaces.push(workspace(&cast, dice).await);
        }
        let name = dice.name("r");
        let made = padmin
            .post("/api/v1/registries", &cast.registry(&name, None))
            .await;
        let platform_registry = Thing {
            id: id(&made.body),
            name,
        };
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let name = dice.name("p");
            let platform = match number {
                0 => Some("admin"),
                1 | 2 => Some("auditor"),
                _ => None,
            };
            let (api, id) = cast.person(&name, platform).await;
            people.push(Person {
                own: Thing { id, name },
                api,
                platform,
                roles: BTreeMap::new(),
                typed: BTreeSet::new(),
                refused: BTreeSet::new(),
            });
        }
        let mut world = Self {
            cast,
            workspaces,
            people,
            platform_registry,
        };
        for _ in 0..PEOPLE * 2 {
            world.change_a_role(dice).await;
        }
        world
    }

    /// Gives, changes or takes somebody's role somewhere.
    async fn change_a_role(&mut self, dice: &mut Dice) {
        let (who, at) = (dice.below(PEOPLE), dice.below(WORKSPACES));
        let role = *dice.pick(&ROLES);
        let person = &mut self.people[who];
        let workspace = &mut self.workspaces[at];
        let path = format!(
            "/api/v1/workspaces/{}/members/{}",
            workspace.own.id, person.own.id
        );
        if person.roles.contains_key(&at) && dice.below(2) == 0 {
            assert_eq!(self.cast.padmin.delete(&path).await.status, 204);
            person.roles.remove(&at);
        } else {
            let put = self.cast.put(&path, &json!({"role": role})).await;
            assert_eq!(put.status, 200, "{}", put.body);
            person.roles.insert(at, role);
            workspace.ever.insert(who);
        }
    }

    /// Everything that an answer to this person must not hold.
    fn foreign(&self, who: usize) -> Vec<&str> {
        let person = &self.people[who];
        if person.platform.is_some() {
            return Vec::new();
        }
        let mut found: Vec<&Thing> = vec![&self.platform_registry];
        let mut known: BTreeSet<usize> = [who].into();
        for (at, workspace) in self.workspaces.iter().enumerate() {
            let role = person.roles.get(&at);
            if role.is_none() {
                found.extend([&workspace.own, &workspace.registry]);
            }
            if role == Some(&"admin") {
                known.extend(&workspace.ever);
            } else {
                found.extend([&workspace.machine, &workspace.token]);
            }
        }
        let others = self.people.iter().enumerate();
        found.extend(
            others
                .filter(|(n, _)| !known.contains(n))
                .map(|(_, p)| &p.own),
        );
        found
            .into_iter()
            .flat_map(|thing| [thing.id.as_str(), thing.name.as_str()])
            .filter(|text| !person.typed.contains(*text))
            .collect()
    }

    /// The workspaces somebody sees.
    fn seen(&self, who: usize) -> Vec<usize> {
        let person = &self.people[who];
        (0..WORKSPACES)
            .filter(|at| person.platform.is_some() || person.roles.contains_key(at))
            .collect()
    }

    /// Some thing of the world, whoever it belongs to.
    fn thing(&self, dice: &mut Dice) -> Thing {
        let workspace = dice.pick(&self.workspaces);
        match dice.below(6) {
            0 => workspace.own.clone(),
            1 => workspace.registry.clone(),
            2 => workspace.machine.clone(),
            3 => workspace.token.clone(),
            4 => self.platform_registry.clone(),
            _ => dice.pick(&self.people).own.clone(),
        }
    }
}

async fn workspace(cast: &Cast, dice: &mut Dice) -> Workspace {
    let padmin = &cast.padmin;
    let name = dice.name("w");
    let made = padmin
        .post("/api/v1/workspaces", &json!({"name": name}))
        .await;
    let own = Thing {
        id: id(&made.body),
        name,
    };
    let name = dice.name("r");
    let input = cast.registry(&name, Some(&own.id));
    let made = padmin.post("/api/v1/registries", &input).await;
    let registry = Thing {
        id: id(&made.body),
        name,
    };
    let machines = format!("/api/v1/workspaces/{}/machine-accounts", own.id);
    let name = dice.name("m");
    let body = json!({"name": name, "role": "viewer"});
    let machine = Thing {
        id: id(&padmin.post(&machines, &body).await.body),
        name,
    };
    let name = dice.name("t");
    let body = json!({"name": name, "scope": ["registry.read"], "expires_at": in_days(1)});
    let tokens = format!("{machines}/{}/tokens", machine.id);
    let token = Thing {
        id: id(&padmin.post(&tokens, &body).await.body),
        name,
    };
    Workspace {
        own,
        registry,
        machine,
        token,
        ever: BTreeSet::new(),
    }
}

/// A request, and the total its answer must have, where that is known.
struct Case {
    method: &'static str,
    path: String,
    body: Option<Value>,
    total: Option<usize>,
}

fn read(path: String, total: Option<usize>) -> Case {
    Case {
        method: "GET",
        path,
        body: None,
        total,
    }
}

/// Some request of somebody.
fn case(world: &mut World, who: usize, dice: &mut Dice) -> Case {
    let seen = world.seen(who);
    let everything = world.people[who].platform.is_some();
    let at = dice.below(WORKSPACES);
    let there = usize::from(seen.contains(&at));
    let workspace = world.workspaces[at].own.clone();
    let thing = world.thing(dice);
    let limit = 1 + dice.below(200);
    match dice.below(16) {
        0 => {
            // Those of the cast as well.
            let all = seen.len() + if everything { 2 } else { 0 };
            read(format!("/api/v1/workspaces?limit={limit}"), Some(all))
        }
        1 => {
            let path = format!("/api/v1/registries?limit={limit}");
            read(path, Some(seen.len() + usize::from(everything)))
        }
        2 => read(
            format!("/api/v1/workspaces?q={}", workspace.name),
            Some(there),
        ),
        3 => {
            let name = &world.workspaces[at].registry.name;
            read(
                format!("/api/v1/registries?q={name}&sort=name"),
                Some(there),
            )
        }
        4 => read(
            format!("/api/v1/registries?owner={}", workspace.id),
            Some(there),
        ),
        5 => {
            let path = "/api/v1/registries?owner=platform&health=healthy";
            read(path.to_owned(), (!everything).then_some(0))
        }
        6 => read(format!("/api/v1/registries/{}", thing.id), None),
        7 => read(format!("/api/v1/workspaces/{}", thing.id), None),
        8 => {
            let part = *dice.pick(&["members", "machine-accounts"]);
            read(
                format!("/api/v1/workspaces/{}/{part}?limit={limit}", workspace.id),
                None,
            )
        }
        9 => {
            let machine = &world.workspaces[dice.below(WORKSPACES)].machine.id;
            let base = format!("/api/v1/workspaces/{}/machine-accounts", workspace.id);
            read(format!("{base}/{machine}/tokens"), None)
        }
        10 => {
            let path = *dice.pick(&[
                "users",
                "users?q=p-",
                "session",
                "sessions",
                "tokens",
                "profile",
            ]);
            read(format!("/api/v1/{path}"), None)
        }
        11 => {
            let path = format!("/api/v1/users/{}", thing.id);
            read(path + *dice.pick(&["", "/sessions"]), None)
        }
        12 => read(format!("/api/v1/audit-entries?limit={limit}"), None),
        13 => {
            let filter = match dice.below(5) {
                0 => format!("workspace_id={}", workspace.id),
                1 => format!("object_id={}", thing.id),
                2 => format!("q={}", thing.name),
                3 => format!("actor={}", thing.name),
                _ => "action=member.set".to_owned(),
            };
            read(format!("/api/v1/audit-entries?limit=200&{filter}"), None)
        }
        14 => {
            // What was asked for is told in the entry of the export, to who asked.
            let typed = [thing.id.clone(), thing.name];
            world.people[who].typed.extend(typed);
            read(
                format!(
                    "/api/v1/audit-entries/export?format=jsonl&object_id={}",
                    thing.id
                ),
                None,
            )
        }
        _ => {
            let noun = *dice.pick(&["registries", "workspaces", "users", "tokens", "sessions"]);
            let (method, body) = *dice.pick(&[("PATCH", true), ("DELETE", false)]);
            Case {
                method,
                path: format!("/api/v1/{noun}/{}", thing.id),
                body: body.then(|| json!({"description": "x"})),
                total: None,
            }
        }
    }
}

/// All of an answer as text: what came back over the wire.
async fn send(world: &World, who: usize, case: &Case) -> (Answer, String) {
    let api = &world.people[who].api;
    if case.path.contains("/export") {
        let cookie = api.client().session_cookie().expect("session");
        let cookie = format!("roadstead_session={}", cookie.expose());
        let url = world.cast.app.url();
        let host = url.trim_start_matches("http://");
        let (status, body) = raw("GET", host, &case.path, &[("cookie", &cookie)], Vec::new()).await;
        let answer = Answer {
            status,
            headers: std::default::Default::default(),
            body: Value::Null,
        };
        return (answer, body);
    }
    let method = Method::from_bytes(case.method.as_bytes()).expect("method");
    let headers = [("if-match", "\"999\"")];
    let answer = api
        .send(method, &case.path, case.body.as_ref(), &headers)
        .await;
    let text = format!("{} {:?}", answer.body, answer.headers);
    (answer, text)
}

/// What is wrong with an answer.
fn judge(world: &World, who: usize, case: &Case, answer: &Answer, text: &str) -> Vec<String> {
    let said = |why: String| {
        let person = &world.people[who];
        let roles = &person.roles;
        format!(
            "{} {} by {:?} {roles:?}: {why}",
            case.method, case.path, person.platform
        )
    };
    let of_log = case.method == "GET" && case.path.starts_with("/api/v1/audit-entries");
    let mut wrong: Vec<String> = world
        .foreign(who)
        .into_iter()
        .filter(|marker| text.contains(*marker))
        .filter(|marker| !(of_log && world.people[who].refused.contains(*marker)))
        .map(|marker| said(format!("{marker} is in {text}")))
        .collect();
    if answer.status >= 500 {
        wrong.push(said(format!("{} {text}", answer.status)));
    }
    if answer.status == 404 && answer.headers.contains_key("etag") {
        wrong.push(said("an etag of what is hidden".to_owned()));
    }
    let total = answer.body["total"]["value"].as_u64();
    let total = total.map(|total| usize::try_from(total).expect("small"));
    if case.total.is_some() && total != case.total {
        wrong.push(said(format!("counts {total:?}, not {:?}", case.total)));
    }
    if let (Some(facets), Some(total)) = (answer.body["facets"]["health"].as_object(), case.total) {
        // Facets are counted after every filter but their own.
        let counted: u64 = facets.values().filter_map(Value::as_u64).sum();
        if !case.path.contains("health=") && counted != total as u64 {
            wrong.push(said(format!("facets count {counted}, not {total}")));
        }
    }
    wrong
}

/// Everything that ever happened, as the change stream tells it to somebody now.
async fn replay(world: &World, who: usize) -> (usize, Vec<String>) {
    let person = &world.people[who];
    let events = person
        .api
        .client()
        .events("/api/v1/changes", Some("0"))
        .await;
    let mut events = Box::pin(events.expect("stream"));
    // The end of its session ends the stream, after everything before it was sent.
    assert_eq!(person.api.delete("/api/v1/session").await.status, 204);
    let foreign = world.foreign(who);
    let (mut frames, mut wrong) = (0, Vec::new());
    let all = async {
        while let Some(event) = events.next().await {
            let event = event.expect("frame");
            frames += 1;
            let found = foreign
                .iter()
                .filter(|marker| event.data.contains(**marker));
            wrong.extend(found.map(|marker| format!("{marker} is in the stream: {}", event.data)));
        }
    };
    tokio::time::timeout(BOUND, all).await.expect("it ends");
    (frames, wrong)
}

#[tokio::test]
async fn sec_13_nobody_receives_anything_of_a_workspace_they_are_not_in() {
    let (mut dice, seed) = Dice::new();
    println!("isolation: seed {seed} (set {SEED} to repeat)");
    let mut world = World::make(&mut dice).await;
    let (mut wrong, mut looked_for, mut bytes) = (Vec::new(), 0, 0);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for number in 0..CASES {
        // Rights are those of now: the world changes while it is asked.
        if number % 20 == 19 {
            world.change_a_role(&mut dice).await;
        }
        let who = dice.below(PEOPLE);
        let case = case(&mut world, who, &mut dice);
        let (answer, text) = send(&world, who, &case).await;
        *statuses.entry(answer.status).or_default() += 1;
        looked_for += world.foreign(who).len();
        bytes += text.len();
        wrong.extend(judge(&world, who, &case, &answer, &text));
        if answer.status == 403 {
            // What somebody asked for and was refused stands in their own audit entries, whatever
            // becomes of their rights.
            let asked = case.path.split(['/', '?', '=', '&']);
            let ids = asked.filter(|part| part.len() == 36).map(str::to_owned);
            world.people[who].refused.extend(ids);
        }
    }
    let mut frames = 0;
    for who in 0..PEOPLE {
        let (told, found) = replay(&world, who).await;
        frames += told;
        wrong.extend(found);
    }
    println!(
        "isolation: {WORKSPACES} workspaces, {PEOPLE} people, {CASES} requests {statuses:?}, \
         {bytes} bytes, {frames} frames, {looked_for} ids and names looked for, found {}",
        wrong.len()
    );
    assert!(
        statuses.get(&200).is_some_and(|n| *n > CASES / 5),
        "{statuses:?}"
    );
    assert!(frames > PEOPLE, "{frames}");
    wrong.truncate(20);
    assert!(wrong.is_empty(), "seed {seed}\n{}", wrong.join("\n"));
}
