-- Written by the lanes only, after its creation; what others total lives elsewhere.
create table packets (
  packet_no bigint primary key,
  slot int not null,
  app text not null,
  sender_uid bigint not null,
  kind smallint not null check (kind in (1, 2)),
  state smallint not null check (state between 1 and 7),
  version bigint not null,
  currency text not null,
  amount bigint not null check (amount >= 1),
  count int not null check (count >= 1),
  split smallint not null check (split in (1, 2, 3)),
  cap bigint not null check (cap >= 1),
  scope smallint not null check (scope between 1 and 4),
  scope_uids text,
  greeting text not null,
  content_id text,
  ttl_seconds int not null,
  claimed_amount bigint not null default 0 check (claimed_amount >= 0),
  claimed_count int not null default 0 check (claimed_count >= 0),
  -- What closing took, to be refunded.
  closed_amount bigint not null default 0 check (closed_amount >= 0),
  closed_count int not null default 0 check (closed_count >= 0),
  --sqlite: seed blob not null,
  --postgres: seed bytea not null,
  seed_hash text not null,
  pay_order_no bigint not null,
  created_at bigint not null,
  pay_until bigint not null,
  activated_at bigint,
  expires_at bigint,
  closed_at bigint,
  check (claimed_amount + closed_amount <= amount),
  check (claimed_count + closed_count <= count),
  -- I9: nothing is left exactly when no share is left.
  check ((claimed_amount + closed_amount = amount) = (claimed_count + closed_count = count)),
  check (state <> 3 or claimed_count = count),
  check (state not in (1, 7) or claimed_count = 0)
  --sqlite: )
  --postgres: ) with (fillfactor = 60)
---
create index packets_sent on packets (app, sender_uid, packet_no)
---
create index packets_feed on packets (app, scope, packet_no)
---
create index packets_content on packets (app, content_id, packet_no) where content_id is not null
---
create table claims (
  claim_no bigint primary key,
  slot int not null,
  app text not null,
  packet_no bigint not null,
  uid bigint not null,
  seq int not null check (seq >= 1),
  amount bigint not null check (amount >= 1),
  state smallint not null check (state in (1, 3, 4)),
  claimed_at bigint not null,
  unique (packet_no, uid),
  unique (packet_no, seq)
)
---
create table payments (
  pay_order_no bigint primary key,
  slot int not null,
  app text not null,
  uid bigint not null,
  packet_no bigint not null unique,
  amount bigint not null check (amount >= 1),
  currency text not null,
  state smallint not null check (state between 1 and 5),
  created_at bigint not null,
  pay_until bigint not null,
  paid_at bigint,
  updated_at bigint not null
)
---
create table requests (
  app text not null,
  uid bigint not null,
  operation text not null,
  request_id text not null,
  slot int not null,
  fingerprint text not null,
  result_no bigint not null,
  created_at bigint not null,
  primary key (app, uid, operation, request_id)
)
---
create table pull_cursors (
  name text primary key,
  after_no bigint not null
)
