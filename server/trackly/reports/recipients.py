"""Who gets a run: the people and addresses that its recipients mean when it begins, each of them once."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.reports.definition import Definition
from trackly.reports.parts import EmailRecipient
from trackly.reports.queries import addresses_of_people, count_projects, people_of, sights_of
from trackly.reports.scopes import Group, Sight, group_people
from trackly.reports.steps import LeasedRun, RunFailed


@dataclass(frozen=True, slots=True)
class Recipients:
    """`people` have their own rights; `addresses` and `webhooks` are outside and have the owner's."""

    owner: Sight
    people: tuple[Sight, ...]
    addresses: tuple[str, ...]
    webhooks: tuple[str, ...]
    n_projects: int

    def groups(self, *, personal: bool) -> list[Group]:
        """One for each distinct scope, the owner's first."""
        return group_people(self.people, self.owner, self.n_projects, personal=personal)

    def together(self) -> list[Group]:
        """All in one: for rows that are not Trackly's, to which projects give no rights."""
        whole = group_people([], self.owner, self.n_projects, personal=False)[0]
        readers = dict.fromkeys([self.owner.actor.user_id, *(one.actor.user_id for one in self.people)])
        return [Group(whole.scope, "as the owner of the report sees it", whole.reader, tuple(readers))]


async def resolve_recipients(session: AsyncSession, run: LeasedRun, definition: Definition) -> Recipients:
    """As they are at this moment; of a test run, who asked for it alone. RunFailed when the owner is no more."""
    test = run.trigger == "test" and run.requested_by is not None
    user_ids = [run.requested_by] if test else await people_of(session, definition.recipients)
    sights = await sights_of(session, {run.owner_id, *(one for one in user_ids if one is not None)})
    owner = sights.get(run.owner_id)
    if owner is None:
        raise RunFailed("owner_gone", "The account of its owner is closed; an admin can make the report anew")
    outside = [] if test else [one.address for one in definition.recipients if isinstance(one, EmailRecipient)]
    theirs = await addresses_of_people(session, outside)
    return Recipients(
        owner=owner,
        people=tuple(sights[one] for one in user_ids if one in sights),
        addresses=tuple(dict.fromkeys(address for address in outside if address not in theirs)),
        webhooks=tuple(() if test else dict.fromkeys(one.url for one in definition.webhooks)),
        n_projects=await count_projects(session),
    )
