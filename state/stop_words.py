"""Words that say nothing about what a text is about, in common languages: no phrase begins or ends with one.

Short lists of pronouns, articles, prepositions, conjunctions and auxiliary verbs, written for this. They need
not be complete: what is missing here is said every hour, so the detector finds it normal.
"""

from typing import Final

_EN = """
a about after again all also always am an and another any are as at back be because been before being
between both but by can can't could did didn't do does doesn't doing don't down during each even ever every
few for from further get gets getting go goes going got had has hasn't have haven't having he he's her here
hers him his how i i'd i'll i'm i've if in into is isn't it it's its just know less let let's like ll lot
made make makes many may maybe me might more most much must my need never next no nor not nothing now of off
oh ok on once one only onto or other our out over own please put rather really right said same say says see
seen she should so some still such sure take than thank thanks that that's the their them then there there's
these they they're think this those through time to today together too under until up upon us use used very
via wait want wants was wasn't way we we're well went were weren't what what's when where which while who
who's whose why will with within without won't would yes yesterday yet you you're your yours amp lol rt http
https www com tomorrow tonight
"""
_DE = """
ab aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist
da dabei damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses
dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen gewesen hab habe
haben hat hatte hatten heute hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ist ja
jede jedem jeden jeder jedes jetzt kann kein keine keinen können mal man manche mehr mein meine mich mir mit
morgen muss müssen nach nicht nichts noch nur nun ob oder ohne sehr sein seine seinem seinen seiner seit
sich sie sind so soll sollte sondern über um und uns unser unter viel vom von vor war waren warum was wegen
weil weiter welche wenn wer werde werden wie wieder will wir wird wirst wo wohl wurde wurden zu zum zur
zwischen gibt geht ganz gut schon
"""
_FR = """
ai alors après au aucun aussi autre autres aux avait avant avec avoir bien c'est ce cela ces cet cette ceux
chez comme comment dans de des deux doit donc dont du déjà elle elles en encore entre es est et eu eux fait
faire fois font hier ici il ils j'ai je jusque la le les leur leurs lui là ma mais me mes moi moins mon même
n'est ne ni non nos notre nous on ont or ou où par parce pas peu peut plus pour pourquoi qu'il quand que
quel quelle qui rien sa sans se ses si son sont sous suis sur ta tes toi ton tous tout toute toutes très
trop tu un une va vers voir vos votre vous y à ça été être aujourd'hui demain
"""
_ES = """
a al algo algunos ante antes aquí así aunque ayer bien cada como con contra cosas cual cuando cómo de del
desde donde dos durante día e el ella ellas ellos en entre era eres es esa ese eso esta estaba estado estar
este esto estos está están fue fueron gracias ha hace hacer han hasta hay hoy la las le les lo los mañana me
mejor menos mi mis mucho muy más nada ni no nos nosotros nuestra nuestro o os otra otro para pero poco por
porque puede que quien qué se sea ser si sido siempre sin sobre solo son su sus sí también tan tanto te
tengo ti tiene tienen toda todo todos tu tus un una uno unos va vamos ver vez voy y ya yo él
"""
_PT = """
a ao aos agora ainda algo alguém amanhã antes aqui as assim até bem com como contra da das de dela dele
deles depois do dos dia e ela elas ele eles em entre era essa esse esta estar estava este está estão eu
fazer foi for foram gente hoje há isso isto já lhe mais mas me mesmo meu meus minha muito na nada nas nem
nos nossa nosso não nós num numa o onde ontem os ou para pela pelo por porque pra quando que quem se sem
sempre ser seu seus sim sobre sou sua suas são só também tem tenho ter teu toda todo todos tu tudo tão um
uma uns vai vamos você vocês vou à às é
"""
_IT = """
a ad adesso agli ai al alla alle allo anche ancora avere aveva c'è che chi ci ciò come con contro cosa così
cui da dagli dai dal dalla dalle degli dei del della delle dello di domani dopo dove due e ed era essere fa
fare fatto fino fra già gli ha hai hanno ho i il in io ieri l'ho la le lei lo loro lui ma mai me meno mi mia
mio molto ne negli nei nel nella nelle no noi non nostra nostro o ogni oggi per perché però più poco poi
prima qua quale quando quanto quella quelle quelli quello questa queste questi questo qui sarà se sei sempre
senza si sia solo sono sopra sta stata stato su sua sue sugli sul sulla suo suoi te ti tra tu tutti tutto un
una uno va vi voi è
"""
_NL = """
aan al alle alles als altijd andere ben bent bij daar dan dat de der deze die dit doch doen door dus een
eens en er ge geen geweest gisteren goed haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik
in is ja je jij jou jouw kan komt kon kunnen maar me meer men met mij mijn moet morgen na naar niet niets
nog nu of om omdat onder ons onze ook op over reeds te tegen toch toen tot u uit uw van vandaag veel voor
waar want waren was wat we weer wel werd wezen wie wij wil worden wordt zal ze zei zelf zich zij zijn zo
zonder zou
"""
_PL = """
a aby ale albo bardzo bez bo by być był była było były bym chce ci co coś czy czym dla do dobrze dziś
dzisiaj gdy gdzie go i ich ile im inne iż ja jak jako je jego jej jest jestem jeszcze jeśli już każdy kiedy
kto która które który których ma mam mi mnie może można mu my na nad nam nas nawet nic nich nie nim niż no o
od on ona one oni oraz po pod poza przed przez przy raz się są ta tak także tam te tego tej temu ten też to
tu ty tych tylko tym u w we wczoraj wie więc wszystko z za ze że żeby jutro
"""
_RU = """
а без более больше был была были было быть в вам вас весь во вот все всё всего всех вы где да даже для до
его ее её если есть еще ещё же за завтра здесь и из или им их к как какая какой когда кто ли лучше между
меня мне много может можно мой моя мы на над надо наш наша наши наших ваш ваша ваши вашу мои моих твой твоя
не него нее нет ни них но ну о об он она они опять от очень по под после потом потому почему почти при про
просто раз с сам свою себе себя сегодня сейчас со так такой там тебя тем теперь то тогда того тоже только
том тот три тут ты у уж уже хорошо хоть чего чем через что чтобы чтоб эта эти это этого этой этом этот эту я
вчера
"""
_TR = """
acaba ama ancak artık aslında az bana bazı belki ben beni benim bir biraz biri birçok biz bize bu bugün buna
bunu bunun çok çünkü da daha de defa değil diye dün en evet fakat falan gibi göre hala hangi hem henüz hep
her hiç için ile ise işte kadar karşı kendi ki kim kimse mi mı mu mü nasıl ne neden nerede o olan olarak
oldu olduğu olmak olsun on ona onlar onu onun öyle sadece sana sanki sen senin siz son sonra şey şimdi şu
tüm var ve veya ya yani yarın yok zaten
"""
_MORE = """
och att det som en på är av för med den till inte har de ett om var jag men så han hon vi kan från när nu
eller sig ska mig dig min din ut upp bara efter vad mycket här alla inom blir vara yang dan di ke dari ini
itu untuk dengan tidak pada ada akan juga saya aku kamu dia kita kami mereka sudah bisa atau karena jadi
lebih belum lagi sama seperti buat kalau banget nya aja ya في من على إلى عن أن هذا هذه ما لا و يا كل مع كان
التي الذي هو هي أو قد بعد قبل بين لم لن ثم إن اليوم के का की है में से को और पर ने यह वह हैं कि जो भी तो ही
था थी थे हो एक नहीं अब कर या मैं हम आप
"""
STOP_WORDS: Final = frozenset(
    word for words in (_EN, _DE, _FR, _ES, _PT, _IT, _NL, _PL, _RU, _TR, _MORE) for word in words.split()
)
# Little words that stand inside names, and those that names begin with although they say nothing alone.
_INSIDE = "of the for de du des del della di do da dos das la le von van y e"
INSIDE_NAMES: Final = frozenset(_INSIDE.split())
_BEFORE = "la las le les los el al de di da van von"
BEFORE_NAMES: Final = frozenset(_BEFORE.split())
