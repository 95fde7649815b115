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
    "What members are worth": (
        "Чего стоят участники",
        "Колко струват членовете",
    ),
    "as of {day}": (
        "на {day}",
        "към {day}",
    ),
    "A forecast, not a promise: members go on as they did, and nothing is discounted for time.": (
        "Это прогноз, а не обещание: участники ведут себя как прежде, дисконтирования нет.",
        "Прогноза, а не обещание: членовете продължават както досега, без дисконтиране.",
    ),
    "{value} of sales to be expected in {months} months, from {members} members.": (
        "Ожидаемые продажи за {months} мес.: {value}; участников: {members}.",
        "Очаквани продажби за {months} мес.: {value}; членове: {members}.",
    ),
    "{value} of margin to be expected in {months} months, from {members} members.": (
        "Ожидаемая маржа за {months} мес.: {value}; участников: {members}.",
        "Очакван марж за {months} мес.: {value}; членове: {members}.",
    ),
    "The worthiest tenth brings {share} of it.": (
        "Самая ценная десятая часть приносит из этого {share}.",
        "Най-ценната десета част носи {share} от тях.",
    ),
    "More likely than not to buy nothing for thirteen weeks: {members}.": (
        "Скорее всего ничего не купят тринадцать недель: {members}.",
        "По-вероятно е тринадесет седмици да не купят нищо: {members}.",
    ),
    "Value to come": (
        "Будущая ценность",
        "Бъдеща стойност",
    ),
    "Purchases to come": (
        "Будущие покупки",
        "Бъдещи покупки",
    ),
    "Paid so far": (
        "Заплачено до сих пор",
        "Платено досега",
    ),
    "share": (
        "доля",
        "дял",
    ),
    "Churn risk": (
        "Риск ухода",
        "Риск от отлив",
    ),
    "Who brings it": (
        "Кто это приносит",
        "Кой го носи",
    ),
    "By tenths of the members, the worthiest first": (
        "По десятым долям участников, сначала самые ценные",
        "По десети от членовете, първо най-ценните",
    ),
    "By tier": (
        "По уровням",
        "По нива",
    ),
    "tenth": (
        "десятая доля",
        "десета",
    ),
    "none": (
        "нет",
        "няма",
    ),
    "Worth most": (
        "Самые ценные",
        "Най-ценните",
    ),
    "expected": (
        "ожидалось",
        "очаквано",
    ),
    "happened": (
        "произошло",
        "случило се",
    ),
    "Nine of ten possible futures lie between the lower and the upper end.": (
        "Девять из десяти возможных исходов лежат между нижней и верхней границей.",
        "Девет от десет възможни бъдещета лежат между долната и горната граница.",
    ),
    "Who is about to fall quiet": (
        "Кто скоро замолчит",
        "Кой скоро ще замлъкне",
    ),
    "The churn risk is the chance of thirteen weeks without a purchase.": (
        "Риск ухода — вероятность тринадцати недель без покупок.",
        "Рискът от отлив е вероятността за тринадесет седмици без покупка.",
    ),
    "Members by churn risk": (
        "Участники по риску ухода",
        "Членове по риск от отлив",
    ),
    "Can it be believed?": (
        "Можно ли этому верить?",
        "Може ли да му се вярва?",
    ),
    "The model learned until {learned} and was asked about the time until {tested}, which it had not seen.": (
        "Модель училась на данных до {learned} и предсказывала время до {tested}, которого не видела.",
        "Моделът се учи от данните до {learned} и предсказва времето до {tested}, което не е виждал.",
    ),
    "It expected {predicted} purchases; {actual} were made.": (
        "Ожидалось покупок: {predicted}; сделано: {actual}.",
        "Очаквани покупки: {predicted}; направени: {actual}.",
    ),
    "Purchases of all, week by week": (
        "Покупки всех участников по неделям",
        "Покупки на всички членове по седмици",
    ),
    "Purchases a member, by how often members had come back before": (
        "Покупок на участника, по числу прежних возвращений",
        "Покупки на член, според броя на предишните връщания",
    ),
    "came back before": (
        "возвращались раньше",
        "връщали се преди",
    ),
    "Value a member": ("Ценность на участника", "Стойност на член"),
    "lower end": ("нижняя граница", "долна граница"),
    "upper end": ("верхняя граница", "горна граница"),
    "Never bought, and in no figure: {members}.": (
        "Не покупали и в цифры не входят: {members}.",
        "Не са купували и са извън числата: {members}.",
    ),
}
"""By the English text: Russian, Bulgarian."""


def say(text: str, language: Language, **values: str) -> str:
    """A text in a language, with values put into it. Raises KeyError for a text that is not among the words."""
    ru, bg = WORDS[text]
    return {"en": text, "ru": ru, "bg": bg}[language].format(**values)
