-- Holds, releases, fundings and payouts are orders too. What a campaign gives or gets back names it, a funding counts what came back as a payment
-- does, and a payout remembers what the bank will say.
alter table orders add column campaign_id bigint not null default 0
---
alter table orders add column refunded bigint not null default 0
  check (refunded = 0 or (kind = 'fund' and status = 2 and refunded between 0 and amount))
---
-- 0 pays, 1 refuses
alter table orders add column verdict int not null default 0 check (verdict in (0, 1))
---
-- A campaign's account is summed from the index alone. Transfers and payments' refunds are in neither.
create index orders_of_campaign on orders (campaign_id, app, currency, status, kind, amount) where campaign_id <> 0
---
create index payouts_made on orders (currency, app, status, kind, amount) where kind = 'payout' and status = 2
