"""What the report says, in English, Russian and Bulgarian."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ru", "bg"]
LANGUAGES: tuple[Language, ...] = ("en", "ru", "bg")

WORDS: Mapping[str, tuple[str, str]] = {
    "What {draft} would have done": ("Что дала бы программа {draft}", "Какво щеше да даде {draft}"),
    "compared with {current}": ("в сравнении с {current}", "в сравнение с {current}"),
    "Cost": ("Стоимость", "Разход"),
    "Cost of sales": ("Доля в продажах", "Дял от продажбите"),
    "Liability at the end": ("Обязательства на конец", "Задължение накрая"),
    "Margin after the program": ("Маржа после программы", "Марж след програмата"),
    "Members who get more": ("Участники в выигрыше", "Членове, които печелят"),
    "Members who get less": ("Участники в проигрыше", "Членове, които губят"),
    "now": ("сейчас", "сега"),
    "draft": ("проект", "проект"),
    "change": ("изменение", "промяна"),
    "Assumption: members buy what they bought. A replay changes no behaviour.": (
        "Допущение: участники покупают то, что купили. Повтор истории не меняет поведения.",
        "Допускане: членовете купуват каквото са купили. Повторението не променя поведението.",
    ),
    "What was replayed": ("Что было повторено", "Какво беше повторено"),
    "{baskets} baskets of {members} members, {first} to {last}, sales of {sales}": (
        "Покупок: {baskets}, участников: {members}, с {first} по {last}, продажи {sales}",
        "Покупки: {baskets}, членове: {members}, от {first} до {last}, продажби {sales}",
    ),
    "Cost by mechanic": ("Стоимость по механикам", "Разход по механики"),
    "Cost by month": ("Стоимость по месяцам", "Разход по месеци"),
    "Liability over time": ("Обязательства по месяцам", "Задължение по месеци"),
    "Moves of {unit} by month": ("Движение по месяцам: {unit}", "Движение по месеци: {unit}"),
    "Members by tier: {ladder}": ("Участники по уровням: {ladder}", "Членове по нива: {ladder}"),
    "What is left of {limit}": ("Остаток: {limit}", "Остатък: {limit}"),
    "runs out on {day}": ("закончится {day}", "свършва на {day}"),
    "lasts": ("хватает", "стига"),
    "Budgets and stock": ("Бюджеты и запасы", "Бюджети и наличности"),
    "Winners and losers": ("Кто выигрывает и кто проигрывает", "Кой печели и кой губи"),
    "Difference for a member": ("Разница для участника", "Разлика за член"),
    "By tenths of the members": ("По десятым долям участников", "По десети от членовете"),
    "Group": ("Группа", "Група"),
    "tier": ("уровень", "ниво"),
    "segment": ("сегмент", "сегмент"),
    "spend": ("расходы", "похарчено"),
    "members": ("участники", "членове"),
    "each": ("на участника", "на член"),
    "altogether": ("всего", "общо"),
    "If members bought more": ("Если бы участники покупали больше", "Ако членовете купуваха повече"),
    "These are assumptions, not results.": ("Это допущения, а не результаты.", "Това са допускания, не резултати."),
    "low": ("осторожно", "ниско"),
    "middle": ("средне", "средно"),
    "high": ("смело", "високо"),
    "assumption": ("допущение", "допускане"),
    "sales": ("продажи", "продажби"),
    "more sales": ("прирост продаж", "повече продажби"),
    "gain": ("выгода", "печалба"),
    "issued": ("начислено", "издадени"),
    "redeemed": ("потрачено", "използвани"),
    "expired": ("сгорело", "изтекли"),
    "outstanding": ("на руках", "неизползвани"),
    "month": ("месяц", "месец"),
    "mechanic": ("механика", "механика"),
    "given": ("дано", "дадено"),
    "of": ("из", "от"),
    "used": ("использовано", "използвано"),
    "end": ("конец", "край"),
    "Most expensive members": ("Самые дорогие участники", "Най-скъпите членове"),
    "Most expensive baskets": ("Самые дорогие покупки", "Най-скъпите покупки"),
    "member": ("участник", "член"),
    "baskets": ("покупки", "покупки"),
    "basket": ("покупка", "покупка"),
    "day": ("день", "ден"),
    "gets": ("получает", "получава"),
    "Worth a look": ("Стоит взглянуть", "Заслужава поглед"),
    "It proves nothing.": ("Это ничего не доказывает.", "Това нищо не доказва."),
    "What else to know": ("Что ещё нужно знать", "Какво още да се знае"),
    "Nothing to show.": ("Показать нечего.", "Няма какво да се покаже."),
    "Members newly able to take a reward: {within}; newly near one: {near}.": (
        "Участники, которым стала доступна награда: {within}; близки к ней: {near}.",
        "Членове, които вече могат да вземат награда: {within}; близо до нея: {near}.",
    ),
    "Numbers": ("Цифры", "Числа"),
    "It costs {draft}.": ("Стоимость: {draft}.", "Разходът е {draft}."),
    "It costs what it costs now: {draft}.": (
        "Стоимость та же, что сейчас: {draft}.",
        "Разходът е като сега: {draft}.",
    ),
    "It costs {change} more than now: {draft} instead of {now}.": (
        "Обходится на {change} дороже, чем сейчас: {draft} вместо {now}.",
        "Струва с {change} повече от сега: {draft} вместо {now}.",
    ),
    "It costs {change} less than now: {draft} instead of {now}.": (
        "Обходится на {change} дешевле, чем сейчас: {draft} вместо {now}.",
        "Струва с {change} по-малко от сега: {draft} вместо {now}.",
    ),
    "Members: {members}. Get more: {winners}; get less: {losers}; get the same: {unchanged}.": (
        "Участников: {members}. Получат больше: {winners}, меньше: {losers}, столько же: {unchanged}.",
        "Членове: {members}. Получават повече: {winners}, по-малко: {losers}, същото: {unchanged}.",
    ),
    "{limit} runs out on {day}.": ("К {day} закончится: {limit}.", "На {day} свършва: {limit}."),
    "No budget and no stock runs out in this history.": (
        "В этой истории бюджетов и запасов хватает.",
        "В тази история бюджетите и наличностите стигат.",
    ),
    "below {above}": ("меньше {above}", "под {above}"),
    "{least} to {above}": ("от {least} до {above}", "от {least} до {above}"),
    "got {figure} of what was bought": ("получено {figure} от суммы покупок", "получава {figure} от покупките"),
    "baskets on one day: {figure}": ("покупок за один день: {figure}", "покупки за един ден: {figure}"),
    "spent {figure} before the goods came back": (
        "потрачено {figure} до возврата товара",
        "използвани {figure} преди връщането на стоката",
    ),
    "left": ("осталось", "остава"),
    "{change} pp": ("{change} п. п.", "{change} пр. п."),
}
"""By the English text: Russian, Bulgarian."""


def say(text: str, language: Language, **values: str) -> str:
    """A text in a language, with values put into it. Raises KeyError for a text that is not among the words."""
    ru, bg = WORDS[text]
    return {"en": text, "ru": ru, "bg": bg}[language].format(**values)
